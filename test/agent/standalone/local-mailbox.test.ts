import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import { RETENTION_MS } from "../../../shared/mailbox/mailbox-options.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
import { guid, queuedSignal } from "../../samples/signal.ts";
import { localLink } from "./local-link.ts";

test("a signal is in the journal and acknowledged in the same moment, without a timer", async () => {
  const { clock, mailbox, journal, client, told } = localLink();
  client.start();
  await clock.advance(0);
  expect(await mailbox.accept(queuedSignal(1), "current")).toEqual({ kind: "stored", seq: 1 });
  await clock.advance(0);
  expect(told).toEqual(["welcomed 1", "caught up", "received 1"]);
  expect(journal.signals().map(({ seq, signal }) => [seq, signal.guid])).toEqual([[1, guid(1)]]);
  expect(await mailbox.freshness()).toMatchObject({
    head: 1,
    acked: 1,
    unacked: 0,
    secret: { matched: "current" },
    agent: { connected: true, instance: "nas", fence: 1 },
  });
});

test("what came while no agent was there is replayed in order, and one GUID is one signal", async () => {
  const { clock, mailbox, client, told } = localLink();
  for (const n of [1, 2, 3]) await mailbox.accept(queuedSignal(n));
  expect(await mailbox.accept(queuedSignal(2))).toEqual({ kind: "duplicate", seq: 2 });
  expect((await mailbox.freshness()).agent).toMatchObject({ connected: false });
  client.start();
  await clock.advance(0);
  expect(told).toEqual(["welcomed 1 behind", "received 1,2,3 replay", "caught up"]);
});

test("the agent's routes reach the mailbox: foreign jobs are turned away", async () => {
  const { clock, mailbox, client } = localLink();
  client.start();
  await clock.advance(0);
  expect(await mailbox.accept(queuedSignal(1, { repository: "stranger/app" }))).toEqual({
    kind: "foreign",
    reason: "owner",
  });
});

test("an hour of quiet keeps the link up: the agent shows life, and nothing is dialled again", async () => {
  const { clock, mailbox, client, told } = localLink();
  client.start();
  await clock.advance(60 * 60_000);
  expect(told).toEqual(["welcomed 1", "caught up"]);
  const { agent, now } = await mailbox.freshness();
  expect(agent.connected).toBe(true);
  expect(now - (agent.lastSeenAt ?? 0)).toBeLessThanOrEqual(20_000);
});

test("a journal that is full for a while costs time and no signal: it is offered again, with a doubling pause", async () => {
  const { clock, mailbox, journal, journalDisk, client } = localLink();
  client.start();
  await clock.advance(0);
  journalDisk.full = true;
  await mailbox.accept(queuedSignal(1));
  await clock.advance(1500);
  expect(journal.signals()).toEqual([]);
  expect(await mailbox.freshness()).toMatchObject({ unacked: 1, dead: 0 });
  journalDisk.full = false;
  await clock.advance(8000);
  expect(journal.signals().map(({ signal }) => signal.guid)).toEqual([guid(1)]);
  expect(await mailbox.freshness()).toMatchObject({ unacked: 0, dead: 0 });
});

test("D10 a row that is no signal is set aside with its reason, those behind it flow, and it can be put back", async () => {
  const { clock, sql, mailbox, journal, client } = localLink();
  for (const n of [1, 2]) await mailbox.accept(queuedSignal(n));
  sql.exec("UPDATE signals_a SET signal = '{\"jobId\":7}' WHERE seq = 1");
  client.start();
  await clock.advance(0);
  expect(journal.signals().map(({ signal }) => signal.guid)).toEqual([guid(2)]);
  const { dead, total } = await mailbox.deadLetters();
  expect([total, dead]).toMatchObject([1, [{ seq: 1, jobId: 7, guid: guid(1) }]]);
  sql.exec("UPDATE signals_a SET signal = ? WHERE seq = 1", JSON.stringify(queuedSignal(1)));
  expect(await mailbox.requeue(1)).toBe(3);
  expect(await mailbox.requeue(1)).toBeNull();
  await clock.advance(0);
  expect(journal.signals().map(({ seq, signal }) => [seq, signal.guid])).toEqual([
    [2, guid(2)],
    [3, guid(1)],
  ]);
});

test("what is acknowledged and a week old is forgotten by a timer, which runs only while something is due", async () => {
  const { clock, sql, mailbox, client } = localLink();
  expect(clock.pending).toBe(0);
  client.start();
  await clock.advance(0);
  const at = (n: number) => queuedSignal(n, { receivedAtMs: clock.now() });
  await mailbox.accept(at(1));
  await clock.advance(RETENTION_MS + 1000);
  await mailbox.accept(at(2));
  const kept = (): number => Number(sql.exec("SELECT count(*) AS kept FROM signals")[0]?.["kept"]);
  expect(kept()).toBe(2);
  await clock.advance(RETENTION_MS + 1000);
  expect(kept()).toBe(1);
  expect(await mailbox.accept(at(2))).toEqual({ kind: "duplicate", seq: 2 });
});

test("a stop puts the acknowledgement on disk; the next start replays nothing and goes on counting", async () => {
  const { clock, sql, mailbox, client, log } = localLink();
  client.start();
  await clock.advance(0);
  for (const n of [1, 2]) await mailbox.accept(queuedSignal(n));
  await clock.advance(0);
  client.stop();
  mailbox.close();
  await clock.advance(0);
  expect(clock.pending).toBe(0);
  const next = new LocalMailbox({ sql, clock, log: log.log });
  expect(await next.freshness()).toMatchObject({ head: 2, acked: 2, agent: { connected: false, fence: 1 } });
  expect(await next.accept(queuedSignal(3))).toEqual({ kind: "stored", seq: 3 });
  next.close();
});

test("pings and ignored events are on disk, refusals in memory", async () => {
  const { clock, sql, mailbox, log } = localLink();
  const atMs = clock.now();
  await mailbox.note({ kind: "ping", atMs, hookId: "4711", matched: "previous" });
  await mailbox.note({ kind: "rejected", atMs, counts: { missing: 0, malformed: 0, mismatch: 3 } });
  expect(await mailbox.freshness()).toMatchObject({
    lastPingAt: atMs,
    lastDeliveryAt: atMs,
    rejectedSinceAccepted: 3,
    secret: { matched: "previous" },
    hooks: [{ id: "4711", lastPingAt: atMs }],
  });
  mailbox.close();
  const next = new LocalMailbox({ sql, clock, log: log.log });
  expect(await next.freshness()).toMatchObject({ lastPingAt: atMs, rejectedSinceAccepted: 0 });
  next.close();
});

test("promise 1: a disk that refuses the write makes accept fail; nothing is promised and the next try is new", async () => {
  const disk = new FullDisk();
  const { mailbox } = localLink(disk);
  await mailbox.accept(queuedSignal(1));
  disk.full = true;
  await expect(mailbox.accept(queuedSignal(2))).rejects.toThrow("disk is full");
  disk.full = false;
  expect(await mailbox.accept(queuedSignal(2))).toEqual({ kind: "stored", seq: 2 });
});

test("E-10: a mailbox file of a newer version takes nothing and says why; the agent hears it on the link", async () => {
  const sql = new NodeSql(":memory:");
  sql.exec("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID");
  sql.exec("INSERT INTO meta (key, value) VALUES ('schema', '999')");
  const { clock, log, mailbox, client } = localLink(sql);
  await expect(mailbox.accept(queuedSignal(1))).rejects.toThrow(/schema 999.*deploy the newer version/);
  await expect(mailbox.freshness()).rejects.toThrow(/schema 999/);
  client.start();
  await clock.advance(0);
  expect(log.records()).toContainEqual(
    expect.objectContaining({ msg: "link down", code: 4503, reason: expect.stringMatching(/schema 999/) }),
  );
});
