import { expect, onTestFinished, test } from "vitest";

import { FinishedJobs } from "../../../agent/journal/finished-jobs.ts";
import { waitHours } from "../../../agent/journal/wait-hours.ts";
import { PLAIN_MACHINE } from "../../../shared/costs/runner-machine.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { T0 } from "../../samples/signal.ts";

test("promise 17: how long jobs waited is told by the hour, from the shortest wait to the longest", () => {
  const sql = new NodeSql(":memory:");
  onTestFinished(() => sql.close());
  const jobs = new FinishedJobs(sql);
  const hourMs = 60 * 60_000;
  const from = Math.ceil(T0 / hourMs) * hourMs;
  const waited = (jobId: number, waitMs: number, completedAtMs: number): void => {
    const about = { pool: "home", repository: "acme/web", conclusion: "success", machine: PLAIN_MACHINE };
    jobs.note({ jobId, ...about, createdAtMs: from, startedAtMs: from + waitMs, completedAtMs }, completedAtMs);
  };
  for (let n = 1; n <= 20; n += 1) waited(n, n * 1000, from + 100_000);
  waited(30, 7000, from + 2 * hourMs);
  waited(31, 1000, from - hourMs);
  expect(waitHours(sql, from)).toEqual([
    { atMs: from, jobs: 20, p50Ms: 10_000, p95Ms: 19_000 },
    { atMs: from + 2 * hourMs, jobs: 1, p50Ms: 7000, p95Ms: 7000 },
  ]);
});
