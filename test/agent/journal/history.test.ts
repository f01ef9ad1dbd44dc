import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { guid, queuedSignal, T0 } from "../../samples/signal.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { fillJournal } from "./fill-journal.ts";

const run = promisify(execFile);

test("a start recalls every signal of open jobs and none of finished ones, whatever the order and attempt", () => {
  const journal = new Journal(new NodeSql(":memory:"));
  const signals = [
    queuedSignal(1),
    queuedSignal(2, { jobId: 1001, action: "completed", status: "completed", conclusion: "success" }),
    queuedSignal(3, { jobId: 1003 }),
    queuedSignal(4, { jobId: 1003, action: "in_progress", status: "in_progress", runnerName: "a" }),
    queuedSignal(5, { jobId: 1005, action: "completed", status: "completed", runAttempt: 1 }),
    queuedSignal(6, { jobId: 1005, runAttempt: 2 }),
  ];
  journal.take(signals, 0);
  expect([...journal.recall()].map(({ signal }) => signal.guid)).toEqual(
    [signals[2], signals[3], signals[4], signals[5]].map((signal) => signal?.guid),
  );
});

test("C-5: three days of the load that the README promises are recalled by a process with 64 MiB of heap", async () => {
  const folder = temporaryFolder();
  fillJournal(join(folder, "journal.db"), 48_000);
  const script = join(import.meta.dirname, "recall-history.ts");
  const { stdout } = await run(process.execPath, ["--max-old-space-size=64", script, join(folder, "journal.db")]);
  const { closed, open, peakMiB } = JSON.parse(stdout) as { closed: number; open: number; peakMiB: number };
  expect({ closed, open }).toEqual({ closed: 0, open: 10 });
  expect(peakMiB).toBeLessThan(110);
});

const HOUR_MS = 60 * 60_000;

test("promise 17: of ended jobs older than a day the GUIDs and the end are kept, and no more", () => {
  const journal = new Journal(new NodeSql(":memory:"));
  const ended = { jobId: 1001, action: "completed", status: "completed", conclusion: "success" };
  journal.take([queuedSignal(1), queuedSignal(2, ended), queuedSignal(3)], 0);
  journal.prune(23 * HOUR_MS);
  expect(journal.signals()).toHaveLength(3);
  journal.prune(25 * HOUR_MS);
  expect([1, 2, 3].map((n) => journal.has(guid(n)))).toEqual([true, true, true]);
  expect(journal.signals().map(({ signal }) => signal.guid)).toEqual([guid(3)]);
  expect(journal.take([queuedSignal(1)], 1)).toEqual([]);
  expect([journal.endedAttempt(1001), journal.endedAttempt(1003), journal.endedAttempt(7)]).toEqual([1, null, null]);
  journal.prune(73 * HOUR_MS);
  expect([journal.has(guid(1)), journal.endedAttempt(1001)]).toEqual([false, null]);
});

test("promise 17: three days of the load that the README promises take at most 60 MB on disk", () => {
  const path = join(temporaryFolder(), "journal.db");
  const days = 3 * 24 * HOUR_MS;
  fillJournal(path, 49_000, days);
  const sql = new NodeSql(path);
  onTestFinished(() => sql.close());
  const journal = new Journal(sql);
  for (let hour = 0; hour < 10; hour += 1) journal.prune(T0 + days);
  const [used] = sql.exec("SELECT sum(pgsize) AS bytes FROM dbstat");
  expect(Number(used?.["bytes"])).toBeLessThanOrEqual(60e6);
  expect(journal.endedAttempt(70_000_000_000)).toBe(1);
});

test("promise 4: a late copy of a job that ended before its signals were folded is not recalled as open", () => {
  const journal = new Journal(new NodeSql(":memory:"));
  const ended = { jobId: 1001, action: "completed", status: "completed", conclusion: "success" };
  journal.take([queuedSignal(1), queuedSignal(2, ended)], 0);
  journal.prune(25 * HOUR_MS);
  journal.take([queuedSignal(3, { jobId: 1001 }), queuedSignal(4, { jobId: 1004 })], 26 * HOUR_MS);
  expect([...journal.recall()].map(({ signal }) => signal.guid)).toEqual([guid(4)]);
  journal.take([queuedSignal(5, { jobId: 1001, runAttempt: 2 })], 27 * HOUR_MS);
  expect([...journal.recall()].map(({ signal }) => signal.guid)).toEqual([3, 5, 4].map(guid));
});

test("an upgrade's backlog is folded in bounded steps, so that no hour of housekeeping holds the agent up", () => {
  const path = join(temporaryFolder(), "journal.db");
  fillJournal(path, 5000);
  const sql = new NodeSql(path);
  onTestFinished(() => sql.close());
  const journal = new Journal(sql);
  const folded = (): number => Number(sql.exec("SELECT count(*) AS rows FROM old_guids")[0]?.["rows"]);
  journal.prune(T0 + 25 * HOUR_MS);
  expect(folded()).toBeGreaterThan(0);
  expect(folded()).toBeLessThanOrEqual(10_000);
  journal.prune(T0 + 26 * HOUR_MS);
  expect(folded()).toBe(4990 * 3);
});

test("many jobs without a known end do not keep what came after them from being folded", () => {
  const sql = new NodeSql(":memory:");
  const journal = new Journal(sql);
  journal.take(
    Array.from({ length: 10_000 }, (_, index) => queuedSignal(index + 1)),
    0,
  );
  const ended = { jobId: 70_001, action: "completed", status: "completed", conclusion: "success" };
  journal.take([queuedSignal(20_001, { jobId: 70_001 }), queuedSignal(20_002, ended)], 1);
  journal.prune(25 * HOUR_MS);
  journal.prune(26 * HOUR_MS);
  expect(sql.exec("SELECT count(*) AS rows FROM old_guids")).toEqual([{ rows: 2 }]);
});
