import { createHmac, randomUUID } from "node:crypto";
import { Agent as HttpAgent, request } from "node:http";

import { workflowJob } from "../samples/payload.ts";

const keepAlive = new HttpAgent({ keepAlive: true, maxSockets: 64 });

/** What GitHub knows of a delivery that it has sent. */
export interface Sent {
  readonly guid: string;
  /** Null where the connection ended without an answer. */
  readonly status: number | null;
  readonly seq: number | null;
}

/** Posts a job's delivery as GitHub does. Never rejects. */
export function post(webhookUrl: string, secret: string, job: number, guid: string = randomUUID()): Promise<Sent> {
  const body = JSON.stringify(workflowJob(job));
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-github-event": "workflow_job",
    "x-github-delivery": guid,
    "x-github-hook-id": "4711",
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  };
  return new Promise((resolve) => {
    const nothing = (): void => resolve({ guid, status: null, seq: null });
    const call = request(webhookUrl, { method: "POST", headers, agent: keepAlive, timeout: 10_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", nothing);
      answer.on("end", () => resolve({ guid, status: answer.statusCode ?? null, seq: seqOf(Buffer.concat(chunks)) }));
    });
    call.on("error", nothing);
    call.on("timeout", () => call.destroy());
    call.end(body);
  });
}

function seqOf(body: Buffer): number | null {
  try {
    const { seq } = JSON.parse(body.toString()) as { seq?: unknown };
    return typeof seq === "number" ? seq : null;
  } catch {
    return null;
  }
}
