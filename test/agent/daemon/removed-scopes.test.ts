import { expect, test } from "vitest";

import { poolOf } from "../../shared/controller/world.ts";
import { gitHubError } from "../../stand-ins/github/fake-github.ts";
import { agentFixture, REPOSITORY } from "./agent-fixture.ts";

const MINUTE_MS = 60_000;
const IDLE = "hookline-nas--home-0123456789";

/** An agent whose pools file no longer names the place where one of its runners idles. */
async function withLeftOver() {
  const fixture = agentFixture();
  const { github, provider, start } = fixture;
  const id = github.add(IDLE, { scope: "beta" });
  provider.add(IDLE, { state: "running", poolKey: "gone", scope: "beta", runnerId: id });
  await start();
  return fixture;
}

test("C-3: a runner of a pool that was taken out of the file goes within minutes, and costs no sweep beyond the plan", async () => {
  const { github, provider, clock } = await withLeftOver();
  await clock.advance(10 * MINUTE_MS);
  expect(provider.callsOf("stop")).toEqual([IDLE]);
  expect(github.callsOf("runners").filter((scope) => scope === "beta").length).toBeGreaterThan(0);
  const before = github.calls.length;
  await clock.advance(60 * MINUTE_MS);
  expect(github.callsOf("jobs").length).toBeLessThanOrEqual(75);
  expect(github.calls.length - before).toBeLessThanOrEqual(60 * 3);
  expect(github.callsOf("runners").at(-1)).toBe("acme");
});

test("C-3: where the list of runners cannot be read, DELETE is the judge: a busy runner stays, an idle one goes", async () => {
  const { github, provider, clock } = await withLeftOver();
  github.unreadable.set("beta", gitHubError("not-found", { status: 404 }));
  github.set(IDLE, { busy: true });
  await clock.advance(60 * MINUTE_MS);
  expect(github.callsOf("delete").length).toBeGreaterThan(1);
  expect(provider.callsOf("stop")).toEqual([]);
  // No more than the plan, though a question stays open all the time.
  expect(github.callsOf("jobs").filter((name) => name === REPOSITORY).length).toBeLessThanOrEqual(75);
  github.set(IDLE, { busy: false });
  await clock.advance(30 * MINUTE_MS);
  expect(provider.callsOf("stop")).toEqual([IDLE]);
});

test("C-11: one account's limit stops no other account's sweeps", async () => {
  const beta = { kind: "organization", organization: "beta", runnerGroup: "Default" } as const;
  const { github, clock, start } = agentFixture({
    fleet: {
      version: 2,
      pools: [poolOf({ repositories: [REPOSITORY] }), poolOf({ key: "beta", scope: beta, repositories: ["beta/app"] })],
    },
  });
  const limited = gitHubError("rate-limited", { status: 429, retryAtMs: clock.now() + 55 * MINUTE_MS });
  github.unreadable.set("acme", limited).set(REPOSITORY, limited);
  await start();
  await clock.advance(30 * MINUTE_MS);
  expect(github.callsOf("jobs").filter((name) => name === "beta/app").length).toBeGreaterThanOrEqual(28);
});
