import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { finishedDays } from "../../../agent/journal/finished-days.ts";
import { FinishedJobs, WAIT_BOUNDS_MS, type FinishedJob } from "../../../agent/journal/finished-jobs.ts";
import { PLAIN_MACHINE } from "../../../shared/costs/runner-machine.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { T0 } from "../../samples/signal.ts";

const DAY_MS = 24 * 60 * 60_000;

function openAt(path: string): { sql: NodeSql; jobs: FinishedJobs } {
  const sql = new NodeSql(path);
  onTestFinished(() => sql.close());
  return { sql, jobs: new FinishedJobs(sql) };
}

const finished = (jobId: number, change: Partial<FinishedJob> = {}): FinishedJob => ({
  jobId,
  pool: "home",
  repository: "acme/web",
  conclusion: "success",
  createdAtMs: T0,
  startedAtMs: T0 + 3000,
  completedAtMs: T0 + 63_000,
  machine: PLAIN_MACHINE,
  ...change,
});

test("promise 17: finished jobs are told by day, pool, repository and conclusion, with minutes and waits", () => {
  const { jobs, sql } = openAt(":memory:");
  jobs.note(finished(1), T0);
  jobs.note(finished(2, { startedAtMs: T0 + 20_000 }), T0);
  jobs.note(finished(3, { conclusion: "failure" }), T0);
  jobs.note(finished(4, { repository: "acme/api", completedAtMs: T0 + DAY_MS }), T0);
  const days = finishedDays(sql, "2026-11-01");
  expect(days.map(({ day, repository, conclusion, jobs: count }) => [day, repository, conclusion, count])).toEqual([
    ["2026-11-02", "acme/web", "failure", 1],
    ["2026-11-02", "acme/web", "success", 2],
    ["2026-11-03", "acme/api", "success", 1],
  ]);
  const [, good] = days;
  expect(good).toMatchObject({ runMs: 60_000 + 43_000, waitMs: 23_000 });
  const at = (ms: number): number => WAIT_BOUNDS_MS.findIndex((bound) => ms <= bound);
  expect(good?.waits[at(3000)]).toBe(1);
  expect(good?.waits[at(20_000)]).toBe(1);
});

test("a job counts once, whoever tells of its end, across a restart and after it was folded", () => {
  const path = join(temporaryFolder(), "slots.db");
  const first = openAt(path);
  first.jobs.note(finished(1), T0);
  first.jobs.note(finished(1), T0 + 1000);
  first.sql.close();
  const { jobs, sql } = openAt(path);
  jobs.note(finished(1), T0 + 2000);
  expect(finishedDays(sql, "2026-11-01")).toMatchObject([{ jobs: 1 }]);
  jobs.fold(T0 + 10 * DAY_MS);
  jobs.fold(T0 + 10 * DAY_MS);
  jobs.note(finished(1), T0 + 10 * DAY_MS);
  expect(finishedDays(sql, "2026-11-01")).toMatchObject([{ jobs: 1, runMs: 60_000 }]);
});

test("jobs of other machines are told apart, before and after they are folded", () => {
  const { jobs, sql } = openAt(":memory:");
  const machines = [
    PLAIN_MACHINE,
    { architecture: "arm64", cpus: null },
    { architecture: "arm64", cpus: 2.5 },
  ] as const;
  machines.forEach((machine, at) => jobs.note(finished(at, { machine }), T0));
  expect(finishedDays(sql, "2026-11-01").map(({ machine }) => machine)).toEqual(machines);
  jobs.fold(T0 + 10 * DAY_MS);
  expect(finishedDays(sql, "2026-11-01").map(({ machine, jobs: count }) => ({ machine, count }))).toEqual(
    machines.map((machine) => ({ machine, count: 1 })),
  );
});

test("days that an earlier version kept stay, on a machine that nobody noted", () => {
  const path = join(temporaryFolder(), "slots.db");
  const { sql } = openAt(path);
  for (const table of ["finished_jobs", "job_days"]) sql.exec(`DROP TABLE ${table}`);
  sql.exec("UPDATE schema SET version = version - 1");
  sql.exec(
    "CREATE TABLE finished_jobs (job_id INTEGER PRIMARY KEY, day TEXT NOT NULL, pool TEXT NOT NULL, repository TEXT NOT NULL, conclusion TEXT NOT NULL, run_ms INTEGER NOT NULL, wait_ms INTEGER NOT NULL, completed_at INTEGER NOT NULL) STRICT",
  );
  sql.exec(
    "CREATE TABLE job_days (day TEXT NOT NULL, pool TEXT NOT NULL, repository TEXT NOT NULL, conclusion TEXT NOT NULL, jobs INTEGER NOT NULL, run_ms INTEGER NOT NULL, wait_ms INTEGER NOT NULL, waits TEXT NOT NULL, PRIMARY KEY (day, pool, repository, conclusion)) STRICT, WITHOUT ROWID",
  );
  sql.exec("INSERT INTO finished_jobs VALUES (1, '2026-11-02', 'home', 'acme/web', 'success', 1000, 1, ?)", T0);
  sql.exec("INSERT INTO job_days VALUES ('2026-11-01', 'home', 'acme/web', 'success', 7, 5000, 1, '[7]')");
  sql.close();
  const again = openAt(path);
  expect(finishedDays(again.sql, "2026-11-01")).toMatchObject([
    { day: "2026-11-01", jobs: 7, runMs: 5000, machine: PLAIN_MACHINE },
    { day: "2026-11-02", jobs: 1, runMs: 1000, machine: PLAIN_MACHINE },
  ]);
});

test("what was folded and what was not add up, and a day from before does not show", () => {
  const { jobs, sql } = openAt(":memory:");
  jobs.note(finished(1), T0);
  jobs.note(finished(2, { startedAtMs: T0 + 3_540_000, completedAtMs: T0 + 3_600_000 }), T0);
  jobs.fold(T0 + 4 * DAY_MS + 600_000);
  expect(finishedDays(sql, "2026-11-02")).toMatchObject([{ jobs: 2, runMs: 120_000 }]);
  expect(finishedDays(sql, "2026-11-03")).toEqual([]);
});

test("promise 17: 120 kinds of jobs a day for 500 days keep 400 of them in at most 5 MB", () => {
  const { jobs, sql } = openAt(":memory:");
  for (let day = 0; day < 500; day += 1) {
    const atMs = T0 + day * DAY_MS;
    sql.transaction(() => {
      for (let n = 0; n < 120; n += 1) {
        const repository = `organization-${n % 3}/repository-${n}`;
        const times = { createdAtMs: atMs, startedAtMs: atMs + 1000, completedAtMs: atMs + 2000 };
        jobs.note(finished(day * 120 + n, { repository, ...times }), atMs);
      }
    });
    if (day % 5 === 0) jobs.fold(atMs);
  }
  jobs.fold(T0 + 500 * DAY_MS);
  const [size] = sql.exec("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name IN ('job_days', 'finished_jobs')");
  expect(Number(size?.["bytes"])).toBeLessThanOrEqual(5e6);
  const days = new Set(finishedDays(sql, "2026-01-01").map(({ day }) => day));
  expect(days.size).toBeLessThanOrEqual(401);
  expect(days.size).toBeGreaterThan(395);
});

test("more kinds than there is room for cost the oldest days, never the bound", () => {
  const { jobs, sql } = openAt(":memory:");
  sql.transaction(() => {
    for (let n = 0; n < 60_000; n += 1) {
      const atMs = T0 + Math.floor(n / 300) * DAY_MS;
      jobs.note(finished(n, { repository: `organization/repository-${n % 300}`, completedAtMs: atMs }), atMs);
    }
  });
  jobs.fold(T0 + 300 * DAY_MS);
  const [size] = sql.exec("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = 'job_days'");
  expect(Number(size?.["bytes"])).toBeLessThanOrEqual(5e6);
  const days = finishedDays(sql, "2026-01-01").map(({ day }) => day);
  expect(days.at(-1)).toBe(new Date(T0 + 199 * DAY_MS).toISOString().slice(0, 10));
});

test("a job without the times that its report needs counts with what it has", () => {
  const { jobs, sql } = openAt(":memory:");
  jobs.note(finished(1, { createdAtMs: null, startedAtMs: null, conclusion: null }), T0);
  expect(finishedDays(sql, "2026-11-01")).toMatchObject([{ jobs: 1, runMs: 0, waitMs: 0, conclusion: "unknown" }]);
});
