import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";

import { systemClock } from "../../../agent/clock/system-clock.ts";
import { Accounts } from "./state/accounts.ts";
import { assign, mayTake } from "./state/assignment.ts";
import { Ids } from "./state/ids.ts";
import type { Job, Repository, Runner, RunnerGroup } from "./state/model.ts";

function world() {
  const accounts = new Accounts(new Ids(), systemClock);
  const organization = accounts.add("octo", "organization");
  const secret = accounts.addRepository("octo/secret", {});
  const open = accounts.addRepository("octo/open", { private: false });
  const group = accounts.groupsOf(organization)[0] ?? fail();
  return { accounts, organization, secret, open, group };
}

function fail(): never {
  throw new Error("an organization has a default group");
}

function job(id: number, repository: Repository, labels: readonly string[], more: Partial<Job> = {}): Job {
  return {
    id,
    runId: 1,
    runAttempt: 1,
    repository,
    name: `job ${id}`,
    labels,
    runnerGroup: null,
    status: "queued",
    conclusion: null,
    gated: false,
    runsForMs: 0,
    endsAs: "success",
    createdAtMs: id,
    queuedAtMs: id,
    startedAtMs: null,
    completedAtMs: null,
    runnerId: null,
    runnerName: null,
    runnerGroupId: null,
    runnerGroupName: null,
    ...more,
  };
}

function runner(id: number, group: RunnerGroup, labels: readonly string[], more: Partial<Runner> = {}): Runner {
  return {
    id,
    name: `runner-${id}`,
    scope: { kind: "organization", account: group.organization },
    groupId: group.id,
    groupName: group.name,
    labels,
    workFolder: "_work",
    os: "linux",
    status: "online",
    busy: false,
    jobId: null,
    createdAtMs: 0,
    onlineAtMs: 0,
    ...more,
  };
}

test("a runner takes a job only if it has all of its labels, whatever their case", () => {
  const { accounts, secret, group } = world();
  const able = runner(1, group, ["Self-Hosted", "linux", "GPU"]);

  expect(mayTake(able, job(1, secret, ["self-hosted", "gpu"]), accounts)).toBe(true);
  expect(mayTake(able, job(2, secret, ["self-hosted", "arm64"]), accounts)).toBe(false);
  expect(mayTake(able, job(3, secret, []), accounts)).toBe(false);
});

test("a runner group keeps its runners from repositories that it may not serve", () => {
  const { accounts, secret, open, group } = world();
  const chosen = accounts.addGroup({
    organization: "octo",
    name: "chosen",
    visibility: "selected",
    repositories: ["octo/OPEN"],
    allowsPublicRepositories: true,
  });

  expect(mayTake(runner(1, group, ["a"]), job(1, open, ["a"]), accounts)).toBe(false);
  expect(mayTake(runner(1, group, ["a"]), job(1, secret, ["a"]), accounts)).toBe(true);
  expect(mayTake(runner(1, chosen, ["a"]), job(1, open, ["a"]), accounts)).toBe(true);
  expect(mayTake(runner(1, chosen, ["a"]), job(1, secret, ["a"]), accounts)).toBe(false);
});

test("a job that asks for a runner group, with labels or without, gets only that group's runners", () => {
  const { accounts, secret, group } = world();
  const other = accounts.addGroup({ organization: "octo", name: "Big" });
  const asking = job(1, secret, [], { runnerGroup: "big" });

  expect(mayTake(runner(1, group, ["a"]), asking, accounts)).toBe(false);
  expect(mayTake(runner(2, other, ["a"]), asking, accounts)).toBe(true);
});

test("a repository's runner serves no other repository", () => {
  const { accounts, secret, open, group } = world();
  const own = runner(1, group, ["a"], { scope: { kind: "repository", repository: secret } });

  expect(mayTake(own, job(1, secret, ["a"]), accounts)).toBe(true);
  expect(mayTake(own, job(2, open, ["a"]), accounts)).toBe(false);
});

test("the oldest job is served first, by whichever of the fitting runners chance picks", () => {
  const { accounts, secret, group } = world();
  const jobs = [job(2, secret, ["a"]), job(1, secret, ["a"])];
  const runners = [runner(1, group, ["a"]), runner(2, group, ["a"])];

  const first = assign(jobs, runners, accounts, () => 0).map((each) => [each.job.id, each.runner.id]);
  const last = assign(jobs, runners, accounts, () => 0.99).map((each) => [each.job.id, each.runner.id]);

  expect(first).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(last).toEqual([
    [1, 2],
    [2, 1],
  ]);
});

const labels = fc.subarray(["a", "b", "c"], { minLength: 1 });

property.prop([fc.array(labels, { maxLength: 12 }), fc.array(labels, { maxLength: 12 }), fc.nat()])(
  "no runner gets two jobs, none a job it cannot run, and nothing that fits is left lying",
  (jobLabels, runnerLabels, seed) => {
    const { accounts, secret, group } = world();
    const jobs = jobLabels.map((each, index) => job(index + 1, secret, each));
    const runners = runnerLabels.map((each, index) => runner(index + 1, group, each));
    let state = seed;
    const random = (): number => {
      state = (state * 16_807 + 1) % 2_147_483_647;
      return state / 2_147_483_647;
    };

    const given = assign(jobs, runners, accounts, random);

    expect(new Set(given.map((each) => each.runner)).size).toBe(given.length);
    expect(new Set(given.map((each) => each.job)).size).toBe(given.length);
    for (const each of given) expect(mayTake(each.runner, each.job, accounts)).toBe(true);
    const idle = runners.filter((each) => !given.some(({ runner: taken }) => taken === each));
    const open = jobs.filter((each) => !given.some(({ job: taken }) => taken === each));
    for (const waiting of open) expect(idle.some((each) => mayTake(each, waiting, accounts))).toBe(false);
  },
);
