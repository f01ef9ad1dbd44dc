import { expect, test } from "vitest";

import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import { MissedDeliveries } from "../../../agent/journal/missed-deliveries.ts";
import { SweepRecords } from "../../../agent/journal/sweep-records.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { agentFixture, REPOSITORY, SWEEP_MS } from "./agent-fixture.ts";

/** Rows that were written so far. https://www.sqlite.org/lang_corefunc.html#total_changes */
function written(...files: readonly SqlDatabase[]): number {
  return files.reduce((sum, sql) => sum + Number(sql.exec("SELECT total_changes() AS rows")[0]?.["rows"]), 0);
}

test("thirty idle sweeps write nothing, so that disks may sleep; an hour's worth is kept once", async () => {
  const { github, clock, start, stop, slotsSql, journalSql } = agentFixture({ dial: null });
  github.jobs = { [REPOSITORY]: [] };
  await start();
  await clock.advance(2 * SWEEP_MS);
  const before = written(slotsSql, journalSql);
  const sweeps = github.callsOf("jobs").length;
  await clock.advance(30 * SWEEP_MS);
  expect(github.callsOf("jobs").length - sweeps).toBeGreaterThanOrEqual(29);
  expect(written(slotsSql, journalSql)).toBe(before);
  await clock.advance(60 * SWEEP_MS);
  expect(written(slotsSql, journalSql) - before).toBeLessThan(5);
  await stop();
  const age = clock.now() - (new SweepRecords(slotsSql).last()?.finishedAtMs ?? 0);
  expect(age).toBeLessThanOrEqual(SWEEP_MS);
});

test("a log of deliveries without failures is read on without a write, and from an hour before after a restart", () => {
  const sql = new NodeSql(":memory:");
  const missed = new MissedDeliveries(sql);
  const hour = 60 * 60_000;
  missed.note("hook", [], hour);
  const before = written(sql);
  for (let minute = 1; minute < 60; minute += 1) missed.note("hook", [], hour + minute * 60_000);
  expect(missed.readTo("hook")).toBe(hour + 59 * 60_000);
  expect(written(sql)).toBe(before);
  expect(new MissedDeliveries(sql).readTo("hook")).toBe(hour);
  missed.note("hook", [], 2 * hour);
  expect(new MissedDeliveries(sql).readTo("hook")).toBe(2 * hour);
});
