import { describe, expect, test } from "vitest";

import { done, job, OWN_PREFIX, poolOf, running, T0, World } from "./world.ts";

const NAME = (index: number): string => `${OWN_PREFIX}home-${index}`;

describe("X5: traces of real failures", () => {
  test("runs-on#539: a `waiting` that arrives after the newer `queued` does not strand the job", () => {
    const world = new World();
    const at = (seconds: number) => ({ phaseAtMs: T0 + seconds * 1000 });
    world.signal(job(1, { phase: "waiting", ...at(0) })).signal(job(1, at(60)));
    world.signal(job(1, { phase: "waiting", ...at(1) }));
    expect(world.provision()).toHaveLength(1);
  });

  test("runs-on#539: equal times leave the job in demand, and the next sweep settles it", () => {
    const world = new World();
    world.signal(job(1)).signal(job(1, { phase: "waiting" }));
    expect(world.ledger.demand()).toBe(1);
    world.later(1000).queueSweep([job(1, { phase: "waiting", phaseAtMs: world.nowMs })]);
    expect(world.ledger.demand()).toBe(0);
  });

  test("ARC#4315: one queued and five stale completed within a second leave a demand of one", () => {
    const world = new World(poolOf({ max: 8 }));
    world.signal(job(10, { runId: 9, attempt: 2, phaseAtMs: T0 + 5000 }));
    for (const id of [1, 2, 3, 4, 5]) world.later(100).signal({ ...done(id, null), runId: 9 });
    expect(world.ledger.demand()).toBe(1);
    expect(world.provision()).toHaveLength(1);
  });

  test("ARC PR 2520: a job cancelled before anybody took it names no runner, and its demand ends", () => {
    const world = new World().signal(job(1));
    world.signal(done(1, null, "cancelled"));
    expect(world.ledger.demand()).toBe(0);
    expect(world.provision()).toEqual([]);
  });
});

test("C5: a job that is seen running elsewhere while it waits for room starts nothing when there is room", () => {
  const world = new World(poolOf({ max: 1 }));
  world.signal(job(1)).signal(job(2));
  const [name = ""] = world.provision();
  world.signal(running(1, name)).signal(running(2, "somebody-else"));
  world.signal(done(1, name)).slot(name, { change: "exited", exitCode: 0 }).slot(name, { change: "removed" });
  expect(world.provision()).toEqual([]);
});

test("C5: a spare slot goes, unless its class still has uncovered demand", () => {
  const world = new World();
  world.signal(job(1)).signal(job(2));
  const [first = "", second = ""] = world.provision();
  world.signal(running(1, "somebody-else")).signal(job(3));
  world
    .later(1000)
    .inventory({ [first]: "idle", [second]: "idle" })
    .plan();
  world.later(300_000).inventory({ [first]: "idle", [second]: "idle" });
  expect(world.actions("retire")).toEqual([]);
  world.signal(running(2, "somebody-else")).plan();
  world.later(300_000).inventory({ [first]: "idle", [second]: "idle" });
  expect(world.actions("retire")).toHaveLength(1);
});

test("C15: a job that is queued but held back by its workflow costs one slot, which the next job uses", () => {
  const world = new World();
  world.signal(job(1));
  const [name = ""] = world.provision();
  world.later(600_000).inventory({ [name]: "idle" });
  expect(world.plan().actions).toEqual([]);
  world.signal(running(2, name)).signal(done(1, null, "cancelled"));
  expect(world.ledger.slot(name)?.state).toBe("busy");
  expect(world.plan().actions).toEqual([]);
});

test("C19: one stale answer that leaves a queued job out takes nothing from it", () => {
  const world = new World(poolOf({ max: 1 }));
  world.signal(running(9, NAME(9))).slot(NAME(9), {
    change: "adopted",
    pool: "home",
    scope: "acme",
    runnerId: 9,
    startedAtMs: T0,
  });
  world.signal(job(1)).later(1000).queueSweep([]);
  world.slot(NAME(9), { change: "exited", exitCode: 0 }).slot(NAME(9), { change: "removed" });
  expect(world.provision()).toHaveLength(1);
});
