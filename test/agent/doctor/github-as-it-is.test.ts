import { expect, test } from "vitest";

import { Skipped } from "../../../agent/doctor/check/check.ts";
import { judgeRate } from "../../../agent/doctor/github/credential-checks.ts";
import { evidenceOf } from "../../../agent/doctor/github/delivery-evidence.ts";
import type { GitHubFacts } from "../../../agent/doctor/github/github-facts.ts";
import { judgeGroup } from "../../../agent/doctor/github/group-check.ts";
import { judgeDeliveries } from "../../../agent/doctor/github/hook-checks.ts";
import { judgeRepositories } from "../../../agent/doctor/github/repositories-check.ts";
import type { RunnerGroup } from "../../../agent/github/calls/inspector.ts";
import { poolOf } from "../../shared/controller/world.ts";

const factsOf = (facts: Partial<GitHubFacts>): GitHubFacts => facts as GitHubFacts;
const SCOPE = { kind: "organization", organization: "acme", runnerGroup: "Default" } as const;

test("F15: a repository that was renamed fails, with the name to write", async () => {
  const facts = factsOf({
    repository: () => Promise.resolve({ fullName: "acme/site", isPrivate: true, archived: false }),
  });
  const finding = await judgeRepositories(facts, poolOf({ repositories: ["acme/web"] }), ["acme/web"]);
  expect(finding).toMatchObject({
    status: "fail",
    remedy: "write acme/site in place of acme/web in config/pools.yaml",
  });
});

test("F15: another case of the same name is the same repository", async () => {
  const facts = factsOf({
    repository: () => Promise.resolve({ fullName: "Acme/Web", isPrivate: true, archived: false }),
  });
  expect(await judgeRepositories(facts, poolOf({ repositories: ["acme/web"] }), ["acme/web"])).toMatchObject({
    status: "pass",
  });
});

function group(change: Partial<RunnerGroup>): GitHubFacts {
  const plain = { id: 1, name: "Default", visibility: "all", allowsPublicRepositories: false, default: true };
  const item: RunnerGroup = { ...plain, inherited: false, workflows: null, ...change };
  return factsOf({ groups: () => Promise.resolve({ items: [item], complete: true }) });
}

test("F17: a group that serves selected workflows only is warned of", async () => {
  const facts = group({ workflows: ["acme/web/.github/workflows/deploy.yml@main"] });
  expect(await judgeGroup(facts, poolOf(), SCOPE)).toMatchObject({
    status: "warn",
    summary: expect.stringContaining("deploy.yml"),
  });
});

test("F16: the default group is found under whatever name it has", async () => {
  expect(await judgeGroup(group({ name: "ARM64" }), poolOf(), SCOPE)).toMatchObject({
    status: "pass",
    summary: expect.stringContaining('"ARM64"'),
  });
});

test("F10: a server without rate limits passes", async () => {
  const none = { buckets: [], githubNowMs: null, tokenEndsAtMs: null, readAtMs: 0 };
  const facts = factsOf({
    limits: () => Promise.resolve(none),
    token: () => Promise.resolve({ subject: "octocat", rateLimit: null }),
  });
  const options = { lastSweep: null, sweepIntervalMs: 60_000, nowMs: 0 };
  expect(await judgeRate(facts, SCOPE, options)).toEqual({ status: "pass", summary: "this server has no rate limit" });
});

test("F7: a log that was not read to its end never says that none failed", () => {
  const hook = {
    home: SCOPE,
    id: 1,
    url: "https://x",
    active: true,
    events: ["workflow_job"],
    contentType: "json",
    verifiesTls: true,
  };
  const attempt = {
    id: "1",
    guid: "g",
    event: "workflow_job",
    deliveredAtMs: 1,
    ok: true,
    statusCode: 202,
    throttled: false,
  };
  expect(() => judgeDeliveries([evidenceOf(hook, [attempt], false)], null, 2)).toThrow(Skipped);
  expect(() => judgeDeliveries([evidenceOf(hook, [attempt], false)], null, 2)).toThrow(/longer than was read/);
  expect(judgeDeliveries([evidenceOf(hook, [attempt], true)], null, 2).status).toBe("pass");
});
