import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { done, job, OWN_PREFIX, poolOf, running, T0, World } from "./world.ts";

const MINUTE = 60_000;

function oneStarted(world = new World()): { world: World; name: string } {
  const [name = ""] = world.signal(job(1)).provision();
  return { world, name };
}

describe("a pool that is drained", () => {
  test("C18: starts nothing more, not for new jobs, not for its warm minimum, until the drain is taken back", () => {
    const world = new World(poolOf({ min: 1 })).feed({ type: "drain", pool: "home", on: true });
    expect(world.signal(job(1)).signal(job(2)).provision()).toEqual([]);
    world.feed({ type: "drain", pool: "home", on: false });
    expect(world.provision()).toHaveLength(2);
  });

  test("lets its busy slot finish and gives up its idle one as soon as GitHub lists it idle", () => {
    const world = new World(poolOf({ min: 2 }));
    const [busy = "", idle = ""] = world.provision();
    world.signal(running(1, busy)).feed({ type: "drain", pool: "home", on: true });
    expect(world.actions("retire")).toEqual([]);
    world.later(1000).inventory({ [busy]: "busy", [idle]: "idle" });
    expect(world.actions("retire")).toMatchObject([{ slot: idle, reason: { code: "drained" } }]);
  });

  test("its job goes to the next pool that serves it", () => {
    const world = new World(poolOf({ key: "a" }), poolOf({ key: "b" })).feed({ type: "drain", pool: "a", on: true });
    world.signal(job(1));
    expect(world.plan().actions).toMatchObject([{ type: "provision", pool: "b" }]);
  });
});

describe("a slot whose job is done and whose container does not end", () => {
  test("is stopped after five minutes, once an inventory no longer lists it as busy", () => {
    const { world, name } = oneStarted();
    world.signal(running(1, name)).signal(done(1, name));
    expect(
      world
        .later(4 * MINUTE)
        .inventory({})
        .plan().actions,
    ).toEqual([]);
    world.later(MINUTE).inventory({ [name]: "busy" });
    expect(world.actions("retire")).toEqual([]);
    world.later(MINUTE).inventory({});
    expect(world.actions("retire")).toMatchObject([{ slot: name, reason: { code: "job-done", jobId: 1 } }]);
  });

  test("no longer counts as cover, and takes its place all the same", () => {
    const { world, name } = oneStarted(new World(poolOf({ max: 2 })));
    world.signal(running(1, name)).signal(done(1, name)).signal(job(2)).signal(job(3));
    expect(world.provision()).toHaveLength(1);
  });
});

describe("a slot that GitHub no longer lists", () => {
  test("G6: is not lost by one inventory that leaves it out, nor by an incomplete one", () => {
    const { world, name } = oneStarted();
    world.later(MINUTE).inventory({});
    expect(world.ledger.slot(name)?.state).toBe("started");
    const partial = { type: "inventory", scope: "acme", complete: false, runners: [] } as const;
    world.later(5 * MINUTE).feed({ ...partial, atMs: world.nowMs, startedAtMs: world.nowMs });
    expect(world.ledger.slot(name)?.state).toBe("started");
  });

  test("G6: is not lost by inventories that follow one another within a minute, as asked sweeps do", () => {
    const { world, name } = oneStarted();
    world.later(MINUTE).inventory({});
    for (const second of [1, 5, 15, 38]) world.later(second * 1000).inventory({});
    expect(world.ledger.slot(name)?.state).toBe("started");
    world.later(1000).inventory({});
    expect(world.ledger.slot(name)?.state).toBe("lost");
  });

  test("is lost after a minute of absence: it covers nothing, is taken away, and its job gets another", () => {
    const { world, name } = oneStarted();
    world.later(MINUTE).inventory({}).later(MINUTE).inventory({});
    expect(world.ledger.slot(name)).toMatchObject({ state: "lost", because: { input: "absent" } });
    expect(world.plan().actions).toMatchObject([
      { type: "provision", reason: { code: "demand", jobId: 1 } },
      { type: "retire", slot: name, reason: { code: "lost" } },
    ]);
  });

  test("is not lost while a job in progress names it, and comes back when it is listed again", () => {
    const { world, name } = oneStarted();
    world.signal(running(1, name));
    for (let minute = 0; minute < 5; minute += 1) world.later(MINUTE).inventory({});
    expect(world.ledger.slot(name)?.state).toBe("busy");
    const other = oneStarted();
    other.world
      .later(MINUTE)
      .inventory({})
      .later(MINUTE)
      .inventory({})
      .later(1)
      .inventory({ [other.name]: "idle" });
    expect(other.world.ledger.slot(other.name)?.state).toBe("online");
  });
});

test("a runner that was online and has gone offline is given up after five minutes, on GitHub's later word", () => {
  const { world, name } = oneStarted();
  world.later(1000).inventory({ [name]: "idle" });
  world.later(MINUTE).inventory({ [name]: "offline" });
  expect(world.ledger.slot(name)?.state).toBe("started");
  expect(world.later(5 * MINUTE).actions("retire")).toEqual([]);
  world.inventory({ [name]: "offline" });
  expect(world.actions("retire")).toMatchObject([{ slot: name, reason: { code: "offline" } }]);
});

test("C6: a job does not count on a runner that GitHub has found offline for a minute, and gets another at once", () => {
  const { world, name } = oneStarted();
  world.later(30_000).inventory({ [name]: "offline" });
  expect(world.actions("provision")).toEqual([]);
  world.later(30_000).inventory({ [name]: "offline" });
  expect(world.actions("provision")).toHaveLength(1);
  world.inventory({ [name]: "idle" });
  expect(world.actions("provision")).toEqual([]);
});

test("a slot that could not be taken away is tried again only on newer evidence", () => {
  const { world, name } = oneStarted();
  world.later(10 * MINUTE).inventory({ [name]: "offline" });
  expect(world.actions("retire")).toHaveLength(1);
  world.slot(name, { change: "retiring" }).slot(name, { change: "kept", busy: false });
  expect(world.actions("retire")).toEqual([]);
  world.later(60_000).inventory({ [name]: "offline" });
  expect(world.actions("retire")).toHaveLength(1);
});

test("G8: while GitHub does not settle a question it is asked once a minute, not after each answer", () => {
  const { world } = oneStarted();
  world.signal(done(1, null, "cancelled")).plan();
  world.later(3 * MINUTE);
  const asked = (): number => world.actions("verify").length;
  expect(asked()).toBe(1);
  world.feed({
    type: "inventory",
    atMs: world.nowMs,
    startedAtMs: world.nowMs,
    scope: "acme",
    complete: false,
    runners: [],
  });
  expect(asked()).toBe(0);
  expect(world.plan().nextAtMs).toBe(world.nowMs + 60_000);
  world.later(60_000);
  expect(asked()).toBe(1);
});

test("G7: a job that has waited longer than GitHub allows is asked about before anything is started for it", () => {
  const world = new World().later(1000);
  world.queueSweep([job(1)]).later(25 * 60 * MINUTE);
  expect(world.plan().actions).toEqual([{ type: "verify", reason: { code: "overdue", jobId: 1 } }]);
  expect(world.ledger.demand()).toBe(1);
  world.queueSweep([job(1, { phaseAtMs: world.nowMs })]);
  expect(world.provision()).toHaveLength(1);
});

test("with webhooks lost, slots whose runners GitHub no longer knows have worked, and pause nothing", () => {
  const world = new World();
  for (const id of [1, 2, 3, 4]) {
    const [name = ""] = world.queueSweep([job(id)], []).provision();
    expect(name).not.toBe("");
    world.later(30_000).slot(name, { change: "exited", exitCode: 0 }).slot(name, { change: "removed" });
    world.slot(name, { change: "withdrawn", pool: "home", answer: "gone" });
    world.signal(done(id, "unseen"));
    expect(world.ledger.pauses.of("home", "acme", world.nowMs)).toBeNull();
  }
});

test("promise 8: no order of inventories and jobs retires a slot that a job in progress names", () => {
  const told = fc.constantFrom("idle", "busy", "offline", "absent", "kept", "later" as const);
  fc.assert(
    fc.property(fc.array(told, { maxLength: 30 }), fc.nat({ max: 30 }), (steps, at) => {
      const { world, name } = oneStarted();
      steps.forEach((step, index) => {
        if (index === at) world.signal({ ...running(2, name), phaseAtMs: T0 });
        if (step === "later") world.later(10 * MINUTE);
        else if (step === "kept") world.slot(name, { change: "kept", busy: false });
        else world.later(MINUTE).inventory(step === "absent" ? {} : { [name]: step });
        const retired = world.actions("retire").length;
        if (index >= at) expect(retired).toBe(0);
      });
    }),
    { numRuns: 3000 },
  );
});

test("every slot keeps the evidence for its state: what was learnt, of which job, when", () => {
  const { world, name } = oneStarted();
  world.later(500).signal(running(1, name));
  expect(world.ledger.slot(name)?.because).toEqual({ input: "job-running", jobId: 1, atMs: T0 + 500 });
  expect(name.startsWith(OWN_PREFIX)).toBe(true);
});
