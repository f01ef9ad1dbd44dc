import { expect, test } from "vitest";

import { runCheck } from "../../../agent/doctor/check.ts";
import { githubChecks } from "../../../agent/doctor/github-checks.ts";
import { poolOf } from "../../controller/world.ts";
import { FakeGitHub, gitHubError } from "../fake-github.ts";
import { VirtualClock } from "../virtual-clock.ts";

const FLEET = {
  version: 2 as const,
  pools: [poolOf(), poolOf({ key: "mine", scope: { kind: "repositories", repositories: ["me/a"] } })],
};

async function examine(github: FakeGitHub, fleet: typeof FLEET | null = FLEET) {
  return Promise.all(githubChecks(github, fleet).map((check) => runCheck(check, new VirtualClock())));
}

test("O5: the doctor asks about the token, each scope and each group, and writes nothing", async () => {
  const github = new FakeGitHub(new VirtualClock());
  const results = await examine(github);
  expect(results.map(({ id, status }) => [id, status])).toEqual([
    ["github-token", "pass"],
    ["github-runners:acme", "pass"],
    ["github-runners:me/a", "pass"],
    ["github-group:home", "pass"],
  ]);
  expect(github.calls).toEqual(["runners acme", "runners me/a"]);
  expect((await examine(github, null)).map(({ id }) => id)).toEqual(["github-token"]);
});

test.each([
  [500, "pass", undefined],
  [499, "warn", expect.stringContaining("HOOKLINE_SWEEP_INTERVAL_SECONDS")],
])("%i of 5000 calls left: %s", async (remaining, status, remedy) => {
  const github = new FakeGitHub(new VirtualClock());
  github.checkToken = () =>
    Promise.resolve({ subject: "octocat", rateLimit: { limit: 5000, remaining, resetAtMs: Date.now() + 60_000 } });
  const [token] = await examine(github);
  expect(token?.status).toBe(status);
  expect(token?.summary).toBe(`GitHub knows us as octocat; ${remaining} of 5000 calls left`);
  expect(token?.remedy).toEqual(remedy);
});

test("a scope that may not be managed is one failed check with GitHub's remedy; the others go on", async () => {
  const github = new FakeGitHub(new VirtualClock());
  github.outage = gitHubError("forbidden", { status: 403 });
  const results = await examine(github);
  expect(results.map(({ status }) => status)).toEqual(["pass", "fail", "fail", "pass"]);
  expect(results[1]).toMatchObject({ summary: "GitHub said forbidden", remedy: "do something about GitHub" });
});
