import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { SweepRecords } from "../../../agent/journal/sweep-records.ts";
import { runSweep } from "../../../agent/sweeps/sweep.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { onLoopback } from "../github/on-loopback.ts";
import { fleet } from "./fake-github.ts";

const GO = new AbortController().signal;

async function organization(repositories: number, activeRepositories: () => Iterable<string> = () => []) {
  const { github, clock, client } = await onLoopback();
  for (let n = 0; n < repositories; n += 1) github.addRepository(`acme/r${n}`);
  const made = client({ kind: "token", token: github.addToken() });
  const records = new SweepRecords(new NodeSql(":memory:"));
  const sweep = () =>
    runSweep({
      github: made,
      fleet: fleet({}),
      clock,
      signal: GO,
      log: silentLogger,
      records,
      activeRepositories,
      spent: () => made.stats(),
    });
  return { github, clock, records, sweep, made };
}

test("500 repositories, 40 active, 300 queued jobs: one sweep finds all 300 inside GitHub's limits", async () => {
  const { github, clock, records, sweep } = await organization(460);
  await clock.advance(60_000);
  const active = Array.from({ length: 40 }, (_each, n) => `acme/active${n}`);
  for (const name of active) github.addRepository(name);
  const queued = Array.from({ length: 300 }, (_each, n) =>
    github.queueJob({ repository: active[n % 40] ?? "", labels: ["nas"], runsForMs: null }),
  );
  const { jobs, failures } = await sweep();
  expect(failures).toEqual([]);
  expect(new Set(jobs.items.map(({ id }) => id))).toEqual(new Set(queued.map(({ id }) => id)));
  expect(github.pointsAMinute()).toBeLessThanOrEqual(900);
  expect(records.last()?.calls).toBe(github.calls().length);

  // In time everything is read, and no minute costs more than GitHub allows.
  for (let minutes = 0; minutes < 10 && records.last()?.allReadSinceMs === null; minutes += 1) {
    await clock.advance(60_000);
    expect((await sweep()).failures).toEqual([]);
  }
  expect(records.last()?.allReadSinceMs).not.toBeNull();
  expect(github.pointsAMinute()).toBeLessThanOrEqual(900);
});

test("at idle 20 repositories cost nothing of the primary limit after the first sweep", async () => {
  const { github, clock, records, sweep } = await organization(20);
  await sweep();
  for (let minutes = 0; minutes < 5; minutes += 1) {
    await clock.advance(60_000);
    const before = github.calls().length;
    await sweep();
    const calls = github.calls().slice(before);
    expect(calls.filter(({ counted }) => counted)).toEqual([]);
    expect(records.last()).toMatchObject({ calls: calls.length, notModified: calls.length, failures: 0 });
  }
});

test("F9: 1,200 queued runs in one repository: registrations go on, a second repository is read, and it is told", async () => {
  const active = new Set<string>();
  const { github, clock, records, sweep, made } = await organization(0, () => active);
  for (const name of ["acme/web", "acme/api"]) github.addRepository(name);
  for (let n = 0; n < 1200; n += 1) {
    github.queueJob({ repository: "acme/web", labels: ["nas"], runsForMs: null });
    if (n % 10 === 0) await clock.advance(1000);
  }
  github.queueJob({ repository: "acme/api", labels: ["nas"], runsForMs: null });
  const found = new Set<number>();
  let others = 0;
  for (let minute = 0; minute < 4; minute += 1) {
    const { jobs, failures } = await sweep();
    for (const { id, repository } of jobs.items) {
      found.add(id);
      active.add(repository);
    }
    if (jobs.repositories.includes("acme/api")) others += 1;
    expect(failures.map(({ what, code }) => [what, code])).toEqual([["jobs of acme/web", "incomplete"]]);
    const request = { name: `hookline-nas--home-${minute}`, runnerGroupId: 1, labels: ["nas"], workFolder: "_work" };
    const scope = { kind: "organization", organization: "acme" } as const;
    await expect(made.createJitRunner(scope, request, GO)).resolves.toMatchObject({ labels: expect.anything() });
    expect(github.pointsAMinute()).toBeLessThanOrEqual(900);
    await clock.advance(60_000);
  }
  expect(others).toBeGreaterThanOrEqual(3);
  expect(found.size).toBe(1201);
  expect(records.last()?.failures).toBe(1);
});
