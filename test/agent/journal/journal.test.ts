import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

const DAY_MS = 24 * 60 * 60_000;
const entry = (seq: number) => ({ seq, signal: queuedSignal(seq) });

function openAt(path: string): { sql: NodeSql; journal: Journal } {
  const sql = new NodeSql(path);
  onTestFinished(() => sql.close());
  return { sql, journal: new Journal(sql) };
}

test("after a restart the journal knows its signals, in order, when they came, and how far it had come", () => {
  const path = join(temporaryFolder(), "journal.db");
  const first = openAt(path);
  first.journal.append("stream-1", [entry(2), entry(1)], 2, 50);
  first.journal.append("stream-1", [entry(3)], 3, 60);
  first.sql.close();
  const { journal } = openAt(path);
  expect(journal.cursor()).toMatchObject({ stream: "stream-1", acked: 3 });
  expect(journal.signals()).toEqual([
    { signal: queuedSignal(2), agentAtMs: 50, seq: 2 },
    { signal: queuedSignal(1), agentAtMs: 50, seq: 1 },
    { signal: queuedSignal(3), agentAtMs: 60, seq: 3 },
  ]);
});

test("a new journal stands nowhere", () => {
  const { journal } = openAt(":memory:");
  expect([journal.cursor(), journal.signals()]).toEqual([null, []]);
});

test("D9: a signal that comes again, in whatever stream and after a restart, is not news", () => {
  const path = join(temporaryFolder(), "journal.db");
  const first = openAt(path);
  expect(first.journal.append("stream-1", [entry(1), entry(1), entry(2)], 2, 0)).toEqual([
    queuedSignal(1),
    queuedSignal(2),
  ]);
  first.sql.close();
  const { journal } = openAt(path);
  journal.startStream("stream-2", 0);
  expect(journal.append("stream-2", [entry(2), entry(3)], 2, 9)).toEqual([queuedSignal(3)]);
  expect(journal.signals().map(({ agentAtMs }) => agentAtMs)).toEqual([0, 0, 9]);
});

test("an append that fails half-way has changed nothing: neither signals nor cursor", () => {
  const { sql, journal } = openAt(":memory:");
  journal.append("stream-1", [entry(1)], 1, 0);
  sql.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON signals WHEN NEW.job_id = 1003 BEGIN SELECT RAISE(FAIL, 'disk full'); END",
  );
  expect(() => journal.append("stream-1", [entry(2), entry(3)], 3, 0)).toThrow("disk full");
  expect(journal.cursor()).toMatchObject({ stream: "stream-1", acked: 1 });
  expect(journal.signals()).toHaveLength(1);
});

test("three days are remembered, and the cursor for ever", () => {
  const { journal } = openAt(":memory:");
  journal.append("stream-1", [entry(1)], 1, 0);
  journal.append("stream-1", [entry(2)], 2, 1);
  journal.prune(3 * DAY_MS);
  expect(journal.signals()).toHaveLength(2);
  journal.prune(3 * DAY_MS + 1);
  expect(journal.signals().map(({ signal }) => signal.jobId)).toEqual([1002]);
  journal.prune(9 * DAY_MS);
  expect([journal.signals(), journal.cursor()?.acked]).toEqual([[], 2]);
});

test("a journal of a newer agent is refused, with what to do, and left as it is", () => {
  const path = join(temporaryFolder(), "journal.db");
  const { sql } = openAt(path);
  sql.exec("UPDATE schema SET version = 99");
  expect(() => new Journal(sql)).toThrow("The journal has schema 99, this agent knows 15; start the newer agent");
  expect(sql.exec("SELECT version FROM schema")).toMatchObject([{ version: 99 }]);
});

test("a signal that another version wrote does not keep the agent from starting", () => {
  const { sql, journal } = openAt(":memory:");
  journal.append("stream-1", [entry(1), entry(2)], 2, 0);
  sql.exec("UPDATE signals SET signal = ? WHERE job_id = 1001", JSON.stringify({ guid: "x", colour: "red" }));
  expect(journal.signals().map(({ signal }) => signal.jobId)).toEqual([1002]);
});

test("E-2, promise 3: what this version cannot read is on disk with the cursor, and a newer one takes it by itself", () => {
  const sql = new NodeSql(":memory:");
  const journal = new Journal(sql);
  const known = queuedSignal(1);
  const unread = { seq: 2, reason: "status: of the future", raw: { ...queuedSignal(2), jobId: "not yet a number" } };
  journal.append("stream-1", [{ seq: 1, signal: known }], 2, 5, [unread]);
  expect(journal.cursor()?.acked).toBe(2);
  expect(journal.reread(6)).toEqual([]);
  sql.exec("UPDATE unread SET raw = json_set(raw, '$.jobId', 1002)");
  sql.exec("CREATE TRIGGER full BEFORE DELETE ON unread BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  expect(journal.reread(6)).toEqual([]);
  sql.exec("DROP TRIGGER full");
  expect(journal.reread(7).map(({ jobId }) => jobId)).toEqual([1002]);
  expect(journal.signals().map(({ signal }) => signal.jobId)).toEqual([1001, 1002]);
  expect(journal.reread(8)).toEqual([]);
});

test("E-2, promise 3: a journal that cannot keep what it cannot read does not move its cursor either", () => {
  const sql = new NodeSql(":memory:");
  const journal = new Journal(sql);
  sql.exec("CREATE TRIGGER full BEFORE INSERT ON unread BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  const unread = { seq: 1, reason: "x", raw: { odd: true } };
  expect(() => journal.append("stream-1", [], 1, 5, [unread])).toThrow(/disk full/);
  expect(journal.cursor()).toBeNull();
});
