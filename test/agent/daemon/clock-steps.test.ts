import { describe, expect, test } from "vitest";

import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { fails } from "../../stand-ins/docker/fake-slots.ts";
import { agentFixture, batchOf, listed, REPOSITORY, signalOf, SWEEP_MS } from "./agent-fixture.ts";

const HOUR_MS = 60 * 60_000;
const STEPS = [-8 * HOUR_MS, 8 * HOUR_MS, -2 * HOUR_MS] as const;

describe.each(STEPS)("promise 15: a clock that is set by %i ms costs one interval at most", (step) => {
  test("H1: sweeps go on, asked for or not", async () => {
    const { clock, github, start } = agentFixture();
    await start();
    await clock.advance(2 * SWEEP_MS);
    clock.set(step);
    const before = github.callsOf("jobs").length;
    await clock.advance(10 * SWEEP_MS);
    expect(github.callsOf("jobs").length - before).toBeGreaterThanOrEqual(9);
  });

  test("H2: a pool that had backed off serves the next job within its usual pause", async () => {
    const { clock, github, provider, start, welcome } = agentFixture();
    await start();
    const link = welcome();
    provider.startHooks.push(fails("image"));
    link.receive(batchOf(0, [signalOf(1, stamped(clock.now()))]));
    await clock.advance(0);
    clock.set(step);
    link.receive(batchOf(1, [signalOf(2, stamped(clock.now()))]));
    await clock.advance(10_000);
    expect(github.callsOf("jit").length).toBeGreaterThanOrEqual(3);
  });

  test("H1: an idle runner is retired after its cooldown, not hours later or at once", async () => {
    const { clock, github, provider, start, welcome } = agentFixture();
    await start();
    const link = welcome();
    link.receive(batchOf(0, [signalOf(1, stamped(clock.now()))]));
    await clock.advance(1000);
    const [name = ""] = github.callsOf("jit");
    github.set(name, { status: "online" });
    link.receive(
      batchOf(1, [
        signalOf(1, {
          ...stamped(clock.now()),
          guid: guidOf(9),
          action: "completed",
          status: "completed",
          runnerName: "elsewhere",
        }),
      ]),
    );
    await clock.advance(1000);
    clock.set(step);
    await clock.advance(60_000);
    expect(provider.callsOf("stop")).toEqual([]);
    await clock.advance(5 * SWEEP_MS);
    expect(provider.callsOf("stop")).toEqual([name]);
  });

  test("H5: no job is stopped by its time limit before that time has gone by", async () => {
    const { clock, provider, name } = await withinTimeLimit(0);
    await clock.advance(2 * SWEEP_MS);
    clock.set(step);
    await clock.advance(50 * 60_000);
    expect(provider.callsOf("stop")).toEqual([]);
    await clock.advance(15 * 60_000);
    expect(provider.callsOf("stop")).toContain(name);
  });
});

test("C-13: a machine whose clock is two hours ahead of GitHub's stops no job before its time limit", async () => {
  const { clock, provider } = await withinTimeLimit(2 * HOUR_MS);
  await clock.advance(30 * 60_000);
  expect(provider.callsOf("stop")).toEqual([]);
});

test("H1: a gated job that an agent with a late clock recalls from its journal is served once it may run", async () => {
  const lateMs = 2 * HOUR_MS;
  const first = agentFixture();
  await first.start();
  const githubNow = first.clock.now() + lateMs;
  const gated = { action: "waiting", status: "waiting", createdAtMs: githubNow, startedAtMs: githubNow };
  first.welcome().receive(batchOf(0, [signalOf(1, gated)]));
  await first.clock.advance(0);
  await first.stop();
  const { clock, github, start } = agentFixture({ earlier: first });
  Object.assign(github, { serverNowMs: () => (github.calls.length === 0 ? null : clock.now() + lateMs) });
  github.jobs[REPOSITORY] = [listed(1, { status: "queued", createdAtMs: githubNow, startedAtMs: githubNow })];
  await start();
  await clock.advance(SWEEP_MS);
  expect(github.callsOf("jit")).toHaveLength(1);
});

/** A job under a time limit of an hour, which GitHub's clock, so far behind ours, calls begun now. */
async function withinTimeLimit(behindMs: number) {
  const container = { ...PLAIN_CONTAINER, jobTimeLimitMs: HOUR_MS };
  const fixture = agentFixture({
    fleet: { version: 2, pools: [{ ...poolOf({ repositories: [REPOSITORY] }), container }] },
  });
  const { clock, github, start, welcome } = fixture;
  await start();
  const link = welcome();
  link.receive(batchOf(0, [signalOf(1, stamped(clock.now()))]));
  await clock.advance(1000);
  const [name = ""] = github.callsOf("jit");
  github.set(name, { status: "online", busy: true });
  const startedAtMs = clock.now() - behindMs;
  github.jobs = { [REPOSITORY]: [listed(1, { status: "in_progress", runnerName: name, startedAtMs })] };
  return { ...fixture, name };
}

function stamped(atMs: number) {
  return { createdAtMs: atMs, startedAtMs: atMs, receivedAtMs: atMs };
}

function guidOf(n: number): string {
  return `00000000-0000-4000-8000-0000000009${String(n).padStart(2, "0")}`;
}
