import { exports } from "cloudflare:workers";

import { workflowJob } from "../samples/payload.ts";
import { sign } from "../samples/sign.ts";
import { guid } from "../samples/signal.ts";

export const WEBHOOK_SECRET = "test-webhook-secret";
export const PREVIOUS_WEBHOOK_SECRET = "test-webhook-secret-previous";
export const ORIGIN = "https://edge.test";

export interface DeliveryChange {
  readonly secret?: string;
  /** Headers to change; null takes one away. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** A request as GitHub sends it; `body` is text or something to be made JSON of. */
export async function delivery(body: unknown, n: number, change: DeliveryChange = {}): Promise<Request> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers: Record<string, string | null> = {
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/0000000",
    "x-github-event": "workflow_job",
    "x-github-delivery": guid(n),
    "x-github-hook-id": "4711",
    "x-hub-signature-256": await sign(change.secret ?? WEBHOOK_SECRET, text),
    ...change.headers,
  };
  const kept = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null);
  return new Request(`${ORIGIN}/webhook`, { method: "POST", body: text, headers: kept });
}

/** Delivers a job of its own for each number; the same number again is a redelivery. */
export async function deliverJob(n: number, change: DeliveryChange = {}): Promise<Response> {
  return exports.default.fetch(await delivery(workflowJob(n), n, change));
}

/** Delivers several jobs one after the other, which makes their sequence certain. */
export async function deliverJobs(...numbers: readonly number[]): Promise<void> {
  for (const n of numbers) {
    const answer = await deliverJob(n);
    if (answer.status !== 202) throw new Error(`delivery ${n} was answered ${answer.status}: ${await answer.text()}`);
    await answer.body?.cancel();
  }
}
