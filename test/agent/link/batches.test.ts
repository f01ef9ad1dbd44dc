import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { guid, queuedSignal } from "../../samples/signal.ts";
import { upFrame } from "../../stand-ins/edge/fake-dial.ts";
import { batchFrame } from "../../stand-ins/edge/frames.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
import { linkFixture } from "./link-fixture.ts";

const jobsOf = (journal: Journal): readonly number[] => journal.signals().map(({ signal }) => signal.jobId - 1000);

test("promise 3, D8: an acknowledgement leaves only after its signals are in the file", () => {
  const path = join(temporaryFolder(), "journal.db");
  const sql = new NodeSql(path);
  onTestFinished(() => sql.close());
  const { client, welcome } = linkFixture({ sql });
  client.start();
  const connection = welcome();
  const onDiskAtAck: (readonly number[])[] = [];
  connection.onSend = (text) => {
    if (upFrame(text).type !== "ack") return;
    const other = new NodeSql(path);
    const journal = new Journal(other);
    onDiskAtAck.push([journal.cursor()?.acked ?? 0, ...jobsOf(journal)]);
    other.close();
  };
  connection.receive(batchFrame(0, 2));
  connection.receive(batchFrame(2, 3));
  expect(onDiskAtAck).toEqual([
    [2, 1, 2],
    [3, 1, 2, 3],
  ]);
  expect(connection.framesOf("ack").map(({ upTo }) => upTo)).toEqual([2, 3]);
});

test("signals reach the daemon in order, marked as replay or live", () => {
  const { client, told, welcome } = linkFixture();
  client.start();
  const connection = welcome({ head: 3 });
  connection.receive(batchFrame(0, 3, { replay: true }));
  connection.receive(batchFrame(3, 5));
  expect(told).toEqual(["welcomed 1 behind", "received 1,2,3 replay", "caught up", "received 4,5"]);
});

test("a batch that comes twice is journaled once, acknowledged twice and fed once", () => {
  const { client, journal, told, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  connection.receive(batchFrame(0, 2));
  connection.receive(batchFrame(0, 2));
  connection.receive(batchFrame(1, 3));
  expect(jobsOf(journal)).toEqual([1, 2, 3]);
  expect(told.filter((line) => line.startsWith("received"))).toEqual(["received 1,2", "received 3"]);
  expect(connection.framesOf("ack").map(({ upTo }) => upTo)).toEqual([2, 2, 3]);
});

test("a signal that comes again under a new sequence number is acknowledged, not fed again", () => {
  const { client, journal, told, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  connection.receive(batchFrame(0, 1));
  connection.receive(batchFrame(1, 2, { signals: [{ seq: 2, signal: queuedSignal(1, { receivedAtMs: 5 }) }] }));
  expect(jobsOf(journal)).toEqual([1]);
  expect(told.filter((line) => line.startsWith("received 1"))).toHaveLength(1);
  expect(connection.framesOf("ack").map(({ upTo }) => upTo)).toEqual([1, 2]);
});

test("a batch that leaves something out is refused, and the link made anew", async () => {
  const { client, clock, dial, journal, told, records, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  connection.receive(batchFrame(4, 5));
  expect(connection.terminated).toBe(true);
  connection.receive(batchFrame(0, 1));
  expect([jobsOf(journal), connection.framesOf("ack")]).toEqual([[], []]);
  await clock.advance(1000);
  expect(dial.connections).toHaveLength(2);
  expect(told).toEqual(["welcomed 1", "caught up", "down 1006"]);
  expect(records()).toContainEqual(expect.objectContaining({ reason: "batch follows 4, the journal has 0" }));
});

test.each([
  ["before the welcome", null],
  ["of an earlier connection's fence", 6],
])("L6: a batch %s changes nothing", (_case, fence) => {
  const { client, dial, journal, told, welcome } = linkFixture();
  client.start();
  if (fence === null) dial.last.open();
  else welcome({ fence: 7 });
  dial.last.receive(batchFrame(0, 1, { fence: fence ?? 1 }));
  expect(jobsOf(journal)).toEqual([]);
  expect(dial.last.framesOf("ack")).toEqual([]);
  expect(told.filter((line) => line.startsWith("received"))).toEqual([]);
  expect(dial.last.terminated).toBe(false);
});

test("D10, promise 16: a signal that cannot be read is set aside with its reason; those around it go on and are acknowledged", () => {
  const { client, journal, told, records, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  const bad = { ...queuedSignal(2), jobId: "two" };
  const signals = [queuedSignal(1), bad, queuedSignal(3)].map((signal, index) => ({ seq: index + 1, signal }));
  connection.receive(batchFrame(0, 3, { signals }));
  expect(jobsOf(journal)).toEqual([1, 3]);
  expect(told).toContain("received 1,3");
  expect(connection.framesOf("nack")).toEqual([
    { type: "nack", fence: 1, seq: 2, verdict: "poison", reason: expect.stringMatching(/./) },
  ]);
  expect(connection.framesOf("ack").map(({ upTo }) => upTo)).toEqual([3]);
  expect(records()).toContainEqual(expect.objectContaining({ level: "error", seq: 2 }));
});

test("D10: a lone unreadable signal is acknowledged too, so that it comes no second time", () => {
  const { client, journal, welcome } = linkFixture();
  client.start();
  const connection = welcome({ head: 1 });
  connection.receive(batchFrame(0, 1, { signals: [{ seq: 1, signal: null }] }));
  expect(connection.frames().slice(1)).toMatchObject([
    { type: "nack", seq: 1, verdict: "poison" },
    { type: "ack", upTo: 1 },
  ]);
  expect(journal.cursor()?.acked).toBe(1);
});

test("an unreadable signal that comes twice is set aside once", () => {
  const { client, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  for (const _time of [1, 2]) connection.receive(batchFrame(0, 1, { signals: [{ seq: 1, signal: {} }] }));
  expect(connection.framesOf("nack")).toHaveLength(1);
  expect(connection.framesOf("ack")).toHaveLength(2);
});

test("promise 3: while the disk refuses, nothing is acknowledged, fed or set aside; nobody dials; later the same batch is taken", async () => {
  const sql = new FullDisk();
  const { client, clock, dial, journal, told, records, welcome } = linkFixture({ sql });
  client.start();
  const connection = welcome({ head: 2 });
  const bad = { seq: 3, signal: { guid: guid(3) } };
  const batch = batchFrame(0, 2);
  sql.full = true;
  connection.receive({ ...batch, signals: [...batch.signals, bad] });
  expect(connection.frames().slice(1)).toEqual([]);
  expect(connection.terminated).toBe(true);
  expect(journal.cursor()).toEqual({ stream: "stream-1", acked: 0, guid: null });
  expect(told).toEqual(["welcomed 1 behind"]);
  expect(records()).toContainEqual(
    expect.objectContaining({ level: "error", remedy: expect.stringContaining("disk") }),
  );
  await clock.advance(10 * 60_000);
  expect(dial.connections).toHaveLength(1);
  expect(records().filter(({ level }) => level === "error").length).toBeLessThan(4);
  sql.full = false;
  await clock.advance(30_000);
  const second = welcome({ head: 2, fence: 2 });
  second.receive({ ...batch, fence: 2, signals: [...batch.signals, bad] });
  expect(told).toEqual(["welcomed 1 behind", "down 1006", "welcomed 2 behind", "received 1,2", "caught up"]);
  expect(second.framesOf("ack")).toMatchObject([{ upTo: 3 }]);
});

test("a refusal that the edge does not act upon costs the connection, not every signal to come", async () => {
  const sql = new FullDisk();
  const { client, clock, told, dial, welcome } = linkFixture({ sql });
  client.start();
  const connection = welcome({ head: 2 });
  sql.broken = true;
  connection.receive(batchFrame(0, 2));
  sql.broken = false;
  await clock.advance(19_000);
  connection.receive("pong");
  expect(connection.terminated).toBe(false);
  await clock.advance(1000);
  expect(connection.terminated).toBe(true);
  await clock.advance(30_000);
  expect(dial.last).not.toBe(connection);
  welcome({ head: 2, fence: 2 }).receive({ ...batchFrame(0, 2), fence: 2 });
  expect(told).toContain("received 1,2");
});

test("frames of a newer edge that this agent does not know are passed over", () => {
  const { client, dial, told, welcome } = linkFixture();
  client.start();
  welcome();
  dial.last.receive(JSON.stringify({ type: "weather", fence: 1, sunny: true }));
  dial.last.receive(batchFrame(0, 1));
  expect(dial.last.terminated).toBe(false);
  expect(told).toContain("received 1");
});

test.each([
  ["no JSON", "{"],
  ["no object", "[]"],
  ["a frame of another shape", JSON.stringify({ type: "batch", fence: 1, signals: "many" })],
  ["a frame beyond the limit", JSON.stringify({ type: "welcome", padding: "x".repeat(300_000) })],
])("%s ends the connection, never the agent", async (_case, text) => {
  const { client, clock, dial, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  connection.receive(text);
  expect(connection.terminated).toBe(true);
  await clock.advance(1000);
  expect(dial.connections).toHaveLength(2);
});
