import { runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { expect, test, vi } from "vitest";

import { queuedSignal } from "../samples/signal.ts";
import { ORIGIN } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { mailboxStub, TestAgent, TOKEN } from "./test-agent.ts";

useFreshEdge();

/** Fills the mailbox with acknowledged signals of jobs that ended, without a delivery for each. */
async function fill(count: number): Promise<void> {
  const agent = await TestAgent.connect();
  agent.close();
  const signal = JSON.stringify({ ...queuedSignal(1), action: "completed", status: "completed" });
  await runInDurableObject(mailboxStub(), (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?)
       INSERT INTO signals_a (seq, guid, received_at, signal) SELECT seq, 'guid-' || seq, ?, ? FROM n`,
      count,
      Date.now(),
      signal,
    );
    const meta = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)";
    storage.sql.exec(meta, "generation", JSON.stringify({ current: "a", sinceMs: Date.now() }));
    storage.sql.exec(meta, "acked", JSON.stringify({ seq: count, atMs: Date.now() }));
  });
}

/** Rows that `work` reads, as Cloudflare bills them. */
async function rowsRead(work: () => Promise<unknown>): Promise<number> {
  const meter = { rows: 0 };
  await runInDurableObject(mailboxStub(), (_, { storage }) => {
    const sql = Object.getPrototypeOf(storage.sql) as SqlStorage;
    const exec = Object.getOwnPropertyDescriptor(sql, "exec")?.value as SqlStorage["exec"];
    vi.spyOn(sql, "exec").mockImplementation(function counted(this: SqlStorage, query, ...values) {
      const cursor = exec.call(this, query, ...values);
      const read = cursor.toArray.bind(cursor);
      cursor.toArray = () => {
        const rows = read();
        meter.rows += cursor.rowsRead;
        return rows;
      };
      return cursor;
    });
  });
  await work();
  vi.restoreAllMocks();
  return meter.rows;
}

const ENTRIES: readonly (readonly [string, number, () => Promise<unknown>])[] = [
  ["hello", 5100, () => TestAgent.connect()],
  [
    "freshness",
    700,
    () => exports.default.fetch(`${ORIGIN}/freshness`, { headers: { Authorization: `Bearer ${TOKEN}` } }),
  ],
  ["dead", 60, () => exports.default.fetch(`${ORIGIN}/dead`, { headers: { Authorization: `Bearer ${TOKEN}` } })],
];

test.each([2000, 40_000])("E-1: what one request reads is bounded, with %d signals in the mailbox", async (count) => {
  await fill(count);
  for (const [name, most, ask] of ENTRIES) {
    expect(await rowsRead(ask), name).toBeLessThanOrEqual(most);
  }
});
