import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

const DAY_MS = 24 * 60 * 60_000;
const planned = (name: string, plannedAtMs = 1) => ({ name, pool: "home", scope: "acme", plannedAtMs });
const UNTOUCHED = {
  engine: "local",
  node: null,
  runnerId: null,
  jitAskedAtMs: null,
  jitAtMs: null,
  startedAtMs: null,
  onlineAtMs: null,
  exitedAtMs: null,
  exitCode: null,
  removedAtMs: null,
  surplusSinceMs: null,
  tail: null,
};

function openAt(path: string): { sql: NodeSql; records: SlotRecords } {
  const sql = new NodeSql(path);
  onTestFinished(() => sql.close());
  return { sql, records: new SlotRecords(sql) };
}

test("D9: an intent outlives the process that had it", () => {
  const path = join(temporaryFolder(), "slots.db");
  const first = openAt(path);
  first.records.plan(planned("a"));
  first.sql.close();
  expect(openAt(path).records.unfinished()).toEqual([{ ...planned("a"), ...UNTOUCHED }]);
});

test("each step is kept, and a slot that was removed is finished, yet remembered for its timeline", () => {
  const { records } = openAt(":memory:");
  records.plan(planned("b", 2));
  records.plan(planned("a", 1));
  const steps = { runnerId: 7, jitAskedAtMs: 3, jitAtMs: 4, startedAtMs: 5, exitedAtMs: 6, exitCode: 0 };
  records.update("a", steps);
  records.update("b", {});
  expect(records.unfinished().map(({ name }) => name)).toEqual(["a", "b"]);
  records.update("a", { removedAtMs: 8 });
  expect(records.unfinished().map(({ name }) => name)).toEqual(["b"]);
  expect(records.all()).toEqual([
    { ...planned("a", 1), ...UNTOUCHED, ...steps, removedAtMs: 8 },
    { ...planned("b", 2), ...UNTOUCHED },
  ]);
});

test("the first time that a runner was online is kept, later ones are not", () => {
  const { records } = openAt(":memory:");
  records.plan(planned("a"));
  records.noteOnline("a", 10);
  records.noteOnline("a", 20);
  records.noteOnline("nobody", 20);
  expect(records.all()).toMatchObject([{ onlineAtMs: 10 }]);
});

test("a name is planned once: a second plan does not undo what is known", () => {
  const { records } = openAt(":memory:");
  records.plan(planned("a"));
  records.update("a", { runnerId: 7 });
  records.plan(planned("a", 99));
  expect(records.all()).toMatchObject([{ plannedAtMs: 1, runnerId: 7 }]);
});

test("finished slots are forgotten after a week, unfinished ones never", () => {
  const { records } = openAt(":memory:");
  for (const name of ["gone", "there"]) records.plan(planned(name));
  records.update("gone", { removedAtMs: 10 });
  records.prune(7 * DAY_MS + 10);
  expect(records.all()).toHaveLength(2);
  records.prune(7 * DAY_MS + 11);
  expect(records.all().map(({ name }) => name)).toEqual(["there"]);
});

test("records of a newer agent are refused", () => {
  const { sql } = openAt(":memory:");
  sql.exec("UPDATE schema SET version = 99");
  expect(() => new SlotRecords(sql)).toThrow("schema 99, this agent");
});
