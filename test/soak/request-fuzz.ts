import { createHmac } from "node:crypto";

import { PING, workflowJob } from "../samples/payload.ts";

/** A seeded source of randomness: a run that failed can be run again. https://en.wikipedia.org/wiki/Xorshift */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 2 ** 32;
  }

  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.int(256)));
  }
}

/** One generated request. None of them holds a job that may be stored: it is unsigned, or signed and no job of ours. */
export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | null;
}

const JOB = JSON.stringify(workflowJob(1));
const NASTY = [
  "",
  " ",
  "null",
  "\u00ff",
  "a".repeat(9000),
  "'; DROP TABLE signals; --",
  "%00",
  "../..",
  "{}",
  "-1",
  "1e999",
  "\t",
];
const HEADERS = [
  "x-github-event",
  "x-github-delivery",
  "x-github-hook-id",
  "content-type",
  "content-length",
  "content-encoding",
  "transfer-encoding",
  "x-forwarded-for",
  "user-agent",
  "authorization",
];

export function fuzzRequest(random: Seeded, secret: string): FuzzedRequest {
  const signed = random.next() < 0.4;
  const body = signed ? signedBody(random) : anyBody(random);
  const headers: Record<string, string> = {
    "content-type": random.pick([
      "application/json",
      "application/json",
      "text/plain",
      "application/x-www-form-urlencoded",
      "",
    ]),
    "x-github-event": random.pick(["workflow_job", "workflow_job", "ping", "push", "check_run", "WORKFLOW"]),
    "x-github-delivery": random.pick(["00000000-0000-4000-8000-000000000001", "x", "a".repeat(65), "0f0f0f0f"]),
    "x-github-hook-id": String(random.int(1_000_000)),
  };
  const mac = createHmac("sha256", secret).update(body).digest("hex");
  if (signed) headers["x-hub-signature-256"] = `sha256=${mac}`;
  else Object.assign(headers, badSignature(random, mac));
  for (let n = random.int(3); n > 0; n -= 1) headers[random.pick(HEADERS)] = random.pick(NASTY);
  for (const name of HEADERS) if (random.next() < 0.05) delete headers[name];
  const method = random.next() < 0.95 ? "POST" : random.pick(["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"]);
  const path =
    random.next() < 0.97 ? "/webhook" : random.pick(["/webhook/", "/webhook?x=1", "//webhook", "/%77ebhook", "/"]);
  return { method, path, headers, body: method === "GET" || method === "HEAD" ? null : body };
}

/** Proven to be GitHub's, and yet no job: broken, of another event, or of a shape that nobody has seen. */
function signedBody(random: Seeded): Buffer {
  switch (random.int(6)) {
    case 0:
      return Buffer.from(JOB.slice(0, random.int(JOB.length)));
    case 1:
      return Buffer.from(JSON.stringify(PING));
    case 2:
      return random.bytes(random.int(200));
    case 3:
      return Buffer.from(
        JSON.stringify(
          workflowJob(1, {
            job: { [random.pick(["id", "run_id", "labels", "status"])]: random.pick([null, {}, [[]], true, -1.5]) },
          }),
        ),
      );
    case 4:
      return Buffer.from(
        random.pick([
          "[]",
          "0",
          '""',
          "true",
          "null",
          "{}",
          '{"workflow_job":null}',
          `${"[".repeat(5000)}${"]".repeat(5000)}`,
        ]),
      );
    default:
      return Buffer.from(
        JSON.stringify({ action: "created", ["__proto__x"]: 1, repository: { full_name: random.pick(NASTY) } }),
      );
  }
}

function anyBody(random: Seeded): Buffer {
  const body = random.next() < 0.5 ? Buffer.from(JOB) : signedBody(random);
  if (body.length > 0 && random.next() < 0.5) body[random.int(body.length)] = random.int(256);
  return body;
}

/** The right MAC in a wrong form, or a wrong MAC in the right one. */
function badSignature(random: Seeded, mac: string): Record<string, string> {
  const other = random.bytes(32).toString("hex");
  const forms: readonly Record<string, string>[] = [
    {},
    { "x-hub-signature-256": "" },
    { "x-hub-signature-256": mac },
    { "x-hub-signature-256": `sha256=${other}` },
    { "x-hub-signature-256": `sha256=${mac.slice(1)}` },
    { "x-hub-signature-256": `sha256=${mac}0` },
    { "x-hub-signature-256": `SHA256=${mac}` },
    { "x-hub-signature-256": `sha256=${mac.toUpperCase()}A` },
    { "x-hub-signature-256": `sha1=${mac.slice(0, 40)}` },
    { "x-hub-signature": `sha256=${mac}` },
    { "x-hub-signature-256": `sha256=${mac}, sha256=${mac}` },
    { "x-hub-signature-256": `sha256=${mac.replace(/../g, "$&:")}` },
    { "x-hub-signature-256": random.pick(NASTY) },
  ];
  return random.pick(forms);
}
