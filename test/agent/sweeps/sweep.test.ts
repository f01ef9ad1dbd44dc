import { expect, test } from "vitest";

import type { Fleet } from "../../../shared/fleet/pool.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { runSweep, type SweepOptions } from "../../../agent/sweeps/sweep.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { SweepRecords } from "../../../agent/journal/sweep-records.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { FakeGitHub, fleet, gitHubError, job, aRepository, runner } from "./fake-github.ts";

const GO = new AbortController().signal;

const sweep = (github: FakeGitHub, of: Fleet, extra: Partial<SweepOptions> = {}) =>
  runSweep({ github, fleet: of, clock: new VirtualClock(), signal: GO, log: silentLogger, ...extra });

test("a sweep finds the organization's jobs and runners, and says that it saw all of them", async () => {
  const github = new FakeGitHub({
    repositories: { acme: [aRepository("acme/web"), aRepository("acme/api")] },
    jobs: { "acme/web": [job(1), job(2)], "acme/api": [job(3, "acme/api")] },
    runners: { acme: [runner(7)] },
  });
  const clock = new VirtualClock();
  const result = await sweep(github, fleet({}, { labels: ["gpu"] }), { clock });
  expect(result).toEqual({
    startedAtMs: clock.now(),
    finishedAtMs: clock.now(),
    jobs: {
      items: [job(1), job(2), job(3, "acme/api")],
      absent: [],
      complete: true,
      repositories: ["acme/web", "acme/api"],
      allReadSinceMs: clock.now(),
      redirected: [],
    },
    runners: [{ scope: { kind: "organization", organization: "acme" }, items: [runner(7)], complete: true }],
    failures: [],
  });
  expect(github.asked).toHaveLength(4);
});

test("a personal account's repositories are asked for jobs one by one, for runners in turn, without any organization", async () => {
  const github = new FakeGitHub({
    jobs: { "jo/tools": [job(1, "jo/tools")], "jo/site": [] },
    runners: { "jo/tools": [runner(1)], "jo/site": [] },
  });
  const result = await sweep(github, fleet({ scope: { kind: "repositories", repositories: ["jo/tools", "jo/site"] } }));
  expect(result.jobs).toMatchObject({ complete: true, repositories: ["jo/tools", "jo/site"] });
  expect(result.runners.map(({ scope, items }) => [scope, items.length])).toEqual([
    [{ kind: "repository", owner: "jo", repository: "tools" }, 1],
  ]);
});

test("a pool that names its repositories has only these read", async () => {
  const github = new FakeGitHub({ jobs: { "acme/web": [] }, runners: { acme: [] } });
  const result = await sweep(github, fleet({ repositories: ["Acme/Web"] }, { repositories: ["acme/web"] }));
  expect(result.jobs).toMatchObject({ items: [], complete: true, repositories: ["acme/web"] });
  expect(github.asked).toHaveLength(2);
});

test.for<["private" | "public" | "any", readonly string[]]>([
  ["private", ["acme/web"]],
  ["public", ["acme/site"]],
  ["any", ["acme/web", "acme/site"]],
])("archived repositories and those that no pool serves are not read: %s", async ([visibility, expected]) => {
  const github = new FakeGitHub({
    repositories: {
      acme: [
        aRepository("acme/web"),
        aRepository("acme/site", { isPrivate: false }),
        aRepository("acme/old", { archived: true }),
        aRepository("acme/older", { archived: true, isPrivate: false }),
      ],
    },
    jobs: { "acme/web": [], "acme/site": [] },
    runners: { acme: [] },
  });
  const result = await sweep(github, fleet({ visibility }));
  expect(result.jobs).toMatchObject({ items: [], complete: true, repositories: expected });
});

test("more repositories than the budget pays for are read in turn, the liveliest first, and no such sweep is called complete", async () => {
  const all = ["acme/a", "acme/b", "acme/c"];
  const github = new FakeGitHub({
    repositories: { acme: all.map((name) => aRepository(name)) },
    jobs: Object.fromEntries(all.map((name) => [name, []])),
    runners: { acme: [] },
  });
  const records = new SweepRecords(new NodeSql(":memory:"));
  const clock = new VirtualClock();
  const next = () => sweep(github, fleet({}), { repositoryCalls: 2, records, clock });
  const first = await next();
  expect(first.jobs).toMatchObject({ complete: false, repositories: ["acme/a", "acme/b"], allReadSinceMs: null });
  await clock.advance(60_000);
  const second = await next();
  expect(second.jobs).toMatchObject({ complete: false, repositories: ["acme/c", "acme/a"] });
  expect(second.jobs.allReadSinceMs).toBe(first.startedAtMs);
});

test("repositories where jobs are known are read in every sweep, whatever the budget", async () => {
  const all = ["acme/a", "acme/b", "acme/c"];
  const github = new FakeGitHub({
    repositories: { acme: all.map((name) => aRepository(name)) },
    jobs: Object.fromEntries(all.map((name) => [name, []])),
    runners: { acme: [] },
  });
  const records = new SweepRecords(new NodeSql(":memory:"));
  const activeRepositories = () => ["Acme/C"];
  const options = { repositoryCalls: 2, records, activeRepositories };
  const read = [await sweep(github, fleet({}), options), await sweep(github, fleet({}), options)];
  expect(read.map(({ jobs }) => jobs.repositories.toSorted())).toEqual([
    ["acme/a", "acme/c"],
    ["acme/b", "acme/c"],
  ]);
});

test("promise 16: one repository that fails leaves the others, and the sweep is incomplete", async () => {
  const github = new FakeGitHub({
    repositories: { acme: [aRepository("acme/web"), aRepository("acme/api")] },
    jobs: { "acme/web": gitHubError("forbidden", 403), "acme/api": [job(3, "acme/api")] },
    runners: { acme: [] },
  });
  const result = await sweep(github, fleet({}));
  expect(result.jobs).toMatchObject({ items: [{ id: 3 }], complete: false, repositories: ["acme/api"] });
  expect(result.failures).toEqual([
    {
      what: "jobs of acme/web",
      code: "forbidden",
      message: "GitHub said forbidden",
      remedy: "do something",
      retryAtMs: null,
    },
  ]);
});

test("a list that was cut short is used for what it holds, and proves no absence", async () => {
  const failure = gitHubError("unavailable", 502);
  const github = new FakeGitHub({
    repositories: { acme: { items: [aRepository("acme/web")], complete: false, failure } },
    jobs: { "acme/web": { items: [job(1)], complete: false, failure } },
    runners: { acme: { items: [runner(1)], complete: false, failure } },
  });
  const result = await sweep(github, fleet({}));
  expect(result.jobs).toMatchObject({ items: [{ id: 1 }], complete: false, repositories: [] });
  expect(result.runners).toMatchObject([{ items: [{ id: 1 }], complete: false }]);
  expect(result.failures.map(({ what }) => what)).toEqual([
    "runners of acme",
    "repositories of acme",
    "jobs of acme/web",
  ]);
});

test("an organization whose repositories cannot be listed is no organization without jobs", async () => {
  const github = new FakeGitHub({ runners: { acme: [runner(1)] } });
  const result = await sweep(github, fleet({}));
  expect(result.jobs).toMatchObject({ items: [], complete: false, repositories: [] });
  expect(result.runners).toMatchObject([{ complete: true }]);
});

test("promise 16: a limit ends the questions about its owner, and about no other", async () => {
  const limited = gitHubError("rate-limited", 429, 99_000);
  const github = new FakeGitHub({
    jobs: { "jo/a": limited, "jo/b": limited, "acme/web": [job(1)] },
    runners: { "jo/a": limited, "jo/b": limited, acme: [] },
  });
  const pools = fleet(
    { scope: { kind: "repositories", repositories: ["jo/a", "jo/b"] } },
    { repositories: ["acme/web"] },
  );
  const result = await sweep(github, pools);
  expect(github.asked).toEqual(["runners of jo/a", "runners of acme", "jobs of acme/web"]);
  expect(result.failures).toMatchObject([{ what: "runners of jo/a", code: "rate-limited", retryAtMs: 99_000 }]);
  expect(result.runners.map(({ complete }) => complete)).toEqual([false, true]);
  expect(result.jobs).toMatchObject({ complete: false, repositories: ["acme/web"] });
});

test("a GitHub that does not answer is not asked a hundred times", async () => {
  const names = Array.from({ length: 100 }, (_, index) => `acme/r${index}`);
  const github = new FakeGitHub({
    repositories: { acme: names.map((name) => aRepository(name)) },
    jobs: Object.fromEntries(names.map((name) => [name, gitHubError("timeout")])),
    runners: { acme: [] },
  });
  const result = await sweep(github, fleet({}));
  expect(result.jobs.complete).toBe(false);
  expect(github.asked.length).toBeLessThan(12);
});

test("repositories are read side by side, four at most", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `acme/r${index}`);
  const github = new FakeGitHub({ jobs: Object.fromEntries(names.map((name) => [name, []])), runners: { acme: [] } });
  const result = await sweep(github, fleet({ repositories: names }));
  expect(result.jobs.complete).toBe(true);
  expect(github.most).toBe(4);
});

test("a sweep that is given up gives the reason and no result", async () => {
  const abort = new AbortController();
  const github = new FakeGitHub({ runners: { acme: [] } });
  let release: () => void = () => {};
  github.gate = new Promise((resolve) => (release = resolve));
  const running = sweep(github, fleet({}), { signal: abort.signal });
  abort.abort(new Error("shutting down"));
  release();
  await expect(running).rejects.toThrow("shutting down");
  await expect(sweep(github, fleet({}), { signal: abort.signal })).rejects.toThrow("shutting down");
});
