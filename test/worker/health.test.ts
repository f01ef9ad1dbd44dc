import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { expect, test, vi } from "vitest";

import { HibernatingSocket } from "../../worker/hibernating-socket.ts";
import { MailboxObject } from "../../worker/mailbox-object.ts";
import { describeHealth, READ_TOKENS, type WatchedEdge } from "../shared/edge/health-suite.ts";
import { deliverJob, ORIGIN } from "./deliveries.ts";
import { pass, useFreshEdge } from "./fresh-edge.ts";
import { mailboxStub, TestAgent } from "./test-agent.ts";

const log = useFreshEdge();

const ask = (path: string, init?: RequestInit) => exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
const MONITOR = { headers: { Authorization: `Bearer ${READ_TOKENS[0]}` } };

describeHealth((): WatchedEdge => {
  let numbers = 0;
  return {
    ask,
    async store() {
      numbers += 1;
      expect((await deliverJob(numbers)).status).toBe(202);
    },
    async connect() {
      const agent = await TestAgent.connect();
      const { fence } = agent.welcome;
      // The runtime dates its pongs by the real clock.
      vi.spyOn(HibernatingSocket.prototype, "lastPingAtMs").mockImplementation(() => Date.now());
      return {
        fence,
        async send(frame) {
          agent.send(frame);
          await agent.probe(fence);
        },
        async leave() {
          agent.close(1000, "bye");
          await agent.closed;
        },
      };
    },
    async forget() {
      await runInDurableObject(mailboxStub(), () => {});
      await evictDurableObject(mailboxStub(), { webSockets: "close" });
    },
    pass,
  };
});

/** Rows that the object reads and writes, and its requests, while `work` goes on. */
async function billed(work: () => Promise<unknown>): Promise<{ read: number; written: number; requests: number }> {
  const bill = { read: 0, written: 0, requests: 0 };
  await runInDurableObject(mailboxStub(), (_, { storage }) => {
    const sql = Object.getPrototypeOf(storage.sql) as SqlStorage;
    const exec = Object.getOwnPropertyDescriptor(sql, "exec")?.value as SqlStorage["exec"];
    vi.spyOn(sql, "exec").mockImplementation(function counted(this: SqlStorage, query, ...values) {
      const cursor = exec.call(this, query, ...values);
      const read = cursor.toArray.bind(cursor);
      cursor.toArray = () => {
        const rows = read();
        bill.read += cursor.rowsRead;
        bill.written += cursor.rowsWritten;
        return rows;
      };
      return cursor;
    });
  });
  for (const name of ["accept", "note", "fetch", "freshness", "health", "deadLetters", "requeue"] as const) {
    const real = MailboxObject.prototype[name] as (...values: unknown[]) => unknown;
    vi.spyOn(MailboxObject.prototype, name).mockImplementation(function counted(
      this: MailboxObject,
      ...values: unknown[]
    ) {
      bill.requests += 1;
      return real.apply(this, values) as never;
    });
  }
  await work();
  vi.restoreAllMocks();
  return bill;
}

test.each([20, 4000])(
  "the deep health costs one request, no row written and a handful read, with %d signals",
  async (count) => {
    await deliverJob(1);
    const agent = await TestAgent.connect();
    await runInDurableObject(mailboxStub(), (_, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n(seq) AS (SELECT 2 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?)
       INSERT INTO signals_a (seq, guid, received_at, signal) SELECT seq, 'guid-' || seq, ?, '{}' FROM n`,
        count,
        Date.now(),
      );
      storage.sql.exec(
        `INSERT INTO dead_letters (seq, reason, attempts, died_at) SELECT seq, 'unreadable', 1, 1 FROM signals_a WHERE seq > 2`,
      );
    });
    await agent.probe(agent.welcome.fence);
    const bill = await billed(async () => expect((await ask("/healthz/deep", MONITOR)).status).toBe(503));
    expect(bill).toMatchObject({ written: 0, requests: 1 });
    expect(bill.read).toBeLessThanOrEqual(12);
  },
);

test("promise 13: without a token, with a wrong one, or for healthz alone no object is woken", async () => {
  const bill = await billed(async () => {
    expect((await ask("/healthz/deep")).status).toBe(401);
    expect((await ask("/healthz/deep", { headers: { Authorization: "Bearer wrong" } })).status).toBe(401);
    expect((await ask("/freshness", { headers: { Authorization: `Basic ${btoa("a:wrong")}` } })).status).toBe(401);
    expect((await ask("/link", { headers: { ...MONITOR.headers, Upgrade: "websocket" } })).status).toBe(401);
    expect((await ask("/healthz")).status).toBe(200);
  });
  expect(bill).toEqual({ read: 0, written: 0, requests: 0 });
  expect(log().text()).not.toContain(READ_TOKENS[0]);
});
