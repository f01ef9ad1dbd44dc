import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { guid } from "../../samples/signal.ts";
import { MAILBOX_TABLES, putRows, rowsOf } from "../../stand-ins/disk/table-rows.ts";
import { FakeLink } from "./fake-link.ts";
import { PairedLink } from "./paired-link.ts";

/** The mailbox as it is now, in a database of its own: what a point-in-time recovery brings back. */
function backupOf(link: FakeLink): NodeSql {
  const copy = new NodeSql(":memory:");
  const schema = link.sql.exec("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'view'");
  for (const { sql } of schema) copy.exec(String(sql));
  putRows(copy, rowsOf(link.sql, MAILBOX_TABLES));
  return copy;
}

async function connected(link: PairedLink): Promise<void> {
  link.client.start();
  await link.advance(1000);
  expect(link.client.connected).toBe(true);
}

test.each([5, 10, 20, 300])(
  "E-6: a mailbox put back ten signals, which took %i new ones since, loses none of them",
  async (since) => {
    const link = new PairedLink();
    await connected(link);
    link.edge.deliver(100);
    await link.advance(1000);
    const backup = backupOf(link.edge);
    link.edge.deliver(10);
    await link.advance(1000);
    expect(link.journal.cursor()?.acked).toBe(110);
    link.edge = new FakeLink({ sql: backup, firstSignal: 1001 });
    link.edge.deliver(since);
    link.cut();
    await link.advance(10_000);
    const expected = Array.from({ length: since }, (_, n) => guid(1001 + n));
    expect(link.fresh.slice(110)).toEqual(expected);
    expect(link.edge.mailbox.unacked()).toBe(0);
  },
);

test("E-6: another mailbox under the same name is noticed, whichever side is ahead", async () => {
  const link = new PairedLink();
  await connected(link);
  link.edge.deliver(10);
  await link.advance(1000);
  link.edge = new FakeLink({ firstSignal: 2001 });
  link.edge.deliver(30);
  link.cut();
  await link.advance(10_000);
  expect(link.fresh.slice(10)).toEqual(Array.from({ length: 30 }, (_, n) => guid(2001 + n)));
});

test("E-6: a mailbox that only forgot the signal at the cursor goes on under its name", async () => {
  const link = new PairedLink();
  await connected(link);
  link.edge.deliver(3);
  await link.advance(1000);
  link.edge.sql.exec("DELETE FROM signals_a WHERE seq = 3");
  link.edge.sql.exec("INSERT INTO signals_a SELECT 4, 'other', received_at, signal FROM signals_a WHERE seq = 2");
  link.cut();
  await link.advance(10_000);
  expect(link.journal.cursor()).toMatchObject({ stream: "stream-1", acked: 4 });
});

test("an older journal under a newer mailbox starts behind what was acknowledged, and the agent is told to sweep", async () => {
  const link = new PairedLink();
  await connected(link);
  link.edge.deliver(10);
  await link.advance(1000);
  link.journal.startStream("stream-1", 4);
  link.cut();
  await link.advance(10_000);
  link.edge.deliver(1);
  await link.advance(1000);
  expect(link.journal.cursor()).toMatchObject({ acked: 11 });
  expect(link.fresh).toHaveLength(11);
});
