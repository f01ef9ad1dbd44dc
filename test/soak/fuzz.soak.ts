import { expect, test } from "vitest";

import { figure } from "../bench/figure.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { createLogger } from "../../shared/log/logger.ts";
import { Mailbox } from "../../shared/mailbox/mailbox.ts";
import type { MailboxPort } from "../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../shared/receiver/receiver.ts";
import { WebhookVerifier } from "../../shared/signature/webhook-verifier.ts";
import { fuzzRequest, Seeded } from "./request-fuzz.ts";

const SECRET = "fuzz-secret-of-some-length";
const REQUESTS = 100_000;

interface Outcome {
  readonly statuses: Readonly<Record<number, number>>;
  readonly thrown: readonly string[];
  readonly leaks: number;
}

async function fuzz(mailbox: MailboxPort, seed: number): Promise<Outcome> {
  const random = new Seeded(seed);
  let leaks = 0;
  const write = (line: string): void => void (line.includes(SECRET) && (leaks += 1));
  const log = createLogger({ plane: "edge", level: "debug", now: Date.now, write });
  const app = createReceiver({ verifier: new WebhookVerifier({ current: SECRET }), mailbox, log, now: Date.now });
  const thrown: string[] = [];
  app.onError((error, context) => {
    thrown.push(String(error.stack));
    return context.text("", 500);
  });
  const statuses: Record<number, number> = {};
  for (let n = 0; n < REQUESTS; n += 1) {
    const { method, path, headers, body } = fuzzRequest(random, SECRET);
    let request: Request;
    try {
      request = new Request(`http://127.0.0.1${path}`, {
        method,
        headers,
        body: body === null ? null : new Uint8Array(body),
      });
    } catch {
      // Header values that HTTP itself forbids reach no server.
      continue;
    }
    const { status } = await app.request(request);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return { statuses, thrown, leaks };
}

test("E2 E3 promise 13: 100,000 generated requests against a mailbox that only counts: no 5xx, nothing thrown, no call to store", async () => {
  let accepted = 0;
  const mailbox: MailboxPort = {
    accept: () => Promise.resolve({ kind: "stored", seq: (accepted += 1) }),
    note: () => Promise.resolve(),
  };
  const { statuses, thrown, leaks } = await fuzz(mailbox, Date.now());
  expect(thrown).toEqual([]);
  expect(Object.keys(statuses).filter((status) => Number(status) >= 500)).toEqual([]);
  expect([accepted, leaks]).toEqual([0, 0]);
  figure("fuzzCounting", { requests: REQUESTS, ...statuses });
});

test("E2 E3 promise 13: 100,000 generated requests against a real mailbox: no 5xx, nothing thrown, no row", async () => {
  const sql = new NodeSql(":memory:");
  const real = new Mailbox({ sql, newStreamId: () => "stream" });
  const mailbox: MailboxPort = {
    accept: (signal) => Promise.resolve(real.accept(signal)),
    note: () => Promise.resolve(),
  };
  const { statuses, thrown, leaks } = await fuzz(mailbox, Date.now() + 1);
  expect(thrown).toEqual([]);
  expect(Object.keys(statuses).filter((status) => Number(status) >= 500)).toEqual([]);
  expect(sql.exec("SELECT count(*) AS rows FROM signals")).toMatchObject([{ rows: 0 }]);
  expect([real.head(), leaks]).toEqual([0, 0]);
  figure("fuzzReal", { requests: REQUESTS, ...statuses });
});
