import { expect, test } from "vitest";

import { poolHash } from "../../../agent/slots/pool-hash.ts";
import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { agentFixture, batchOf, REPOSITORY, signalOf, SWEEP_MS } from "./agent-fixture.ts";

const IDLE = "hookline-nas--home-0123456789";
const BEFORE = poolOf({ repositories: [REPOSITORY], min: 1, max: 1 });

const fleetOf = (...pools: readonly Pool[]): Fleet => ({ version: 2, pools });

/** An agent with one warm, idle runner in a pool that is full with it. */
async function warm(fleet: Fleet = fleetOf(BEFORE)) {
  const fixture = agentFixture({ fleet });
  const { github, provider, start, welcome, clock } = fixture;
  provider.add(IDLE, { runnerId: github.add(IDLE), poolHash: poolHash(BEFORE) });
  await start();
  const connection = welcome();
  await clock.advance(2000);
  const queued = (n: number, labels: readonly string[]) => {
    const now = clock.now();
    return signalOf(n, { labels: ["self-hosted", ...labels], createdAtMs: now, startedAtMs: now });
  };
  return { ...fixture, connection, queued };
}

test("promise 20: a label added to a warm, full pool: the job that wants it starts within 5 s, the old runner is gone", async () => {
  const { agent, github, provider, clock, connection, queued } = await warm();
  agent.takeFleet(fleetOf({ ...BEFORE, labels: ["nas", "gpu"] }));
  connection.receive(batchOf(0, [queued(1, ["gpu"])]));
  await clock.advance(5000);
  expect(provider.callsOf("stop")).toEqual([IDLE]);
  expect(github.callsOf("jit")).toHaveLength(1);
  expect(provider.callsOf("start")).toHaveLength(1);
});

test("the edge hears of it on the same connection", async () => {
  const { agent, connection, clock } = await warm();
  agent.takeFleet(fleetOf({ ...BEFORE, labels: ["nas", "gpu"] }));
  await clock.advance(0);
  const [announced] = connection.framesOf("routes");
  expect(announced?.routes[0]?.labels).toContain("gpu");
  expect(connection.ended).toBe(false);
});

test("sweeps look at once, and again when the edge has forgotten what it turned away", async () => {
  const { agent, github, clock } = await warm();
  await clock.advance(50_000);
  const before = github.callsOf("jobs").length;
  agent.takeFleet(fleetOf({ ...BEFORE, repositories: [REPOSITORY, "acme/new"] }));
  await clock.advance(2000);
  expect(github.callsOf("jobs").slice(before)).toContain("acme/new");
  const after = github.callsOf("jobs").length;
  await clock.advance(10_000);
  expect(github.callsOf("jobs").length).toBeGreaterThan(after);
});

test("a busy runner of before finishes its job, and is not replaced by its like", async () => {
  const { agent, github, provider, clock } = await warm();
  github.set(IDLE, { busy: true });
  await clock.advance(SWEEP_MS);
  agent.takeFleet(fleetOf({ ...BEFORE, image: "runner:2" }));
  await clock.advance(5 * SWEEP_MS);
  expect(provider.callsOf("stop")).toEqual([]);
});

test("a pool that was taken out drains; one that was put in serves", async () => {
  const { agent, provider, github, clock, connection, queued } = await warm();
  agent.takeFleet(fleetOf(poolOf({ key: "other", repositories: [REPOSITORY], labels: ["arm"] })));
  connection.receive(batchOf(0, [queued(1, ["arm"])]));
  await clock.advance(5000);
  expect(github.callsOf("jit")).toHaveLength(1);
  await clock.advance(5 * SWEEP_MS);
  expect(provider.callsOf("stop")).toEqual([IDLE]);
});

test("more places, and a bound of the machine, hold from then on", async () => {
  const { agent, github, clock, connection, queued } = await warm();
  connection.receive(
    batchOf(
      0,
      [1, 2, 3, 4].map((n) => queued(n, ["nas"])),
    ),
  );
  await clock.advance(1000);
  expect(github.callsOf("jit")).toHaveLength(0);
  agent.takeFleet({ ...fleetOf({ ...BEFORE, scaling: { ...BEFORE.scaling, max: 10 } }), maxSlots: 3 });
  await clock.advance(1000);
  expect(github.callsOf("jit")).toHaveLength(2);
  agent.takeFleet(fleetOf({ ...BEFORE, scaling: { ...BEFORE.scaling, max: 10 } }));
  await clock.advance(1000);
  expect(github.callsOf("jit")).toHaveLength(3);
});
