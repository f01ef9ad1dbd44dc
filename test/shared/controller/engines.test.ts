import { describe, expect, test } from "vitest";

import type { SlotChange } from "../../../shared/controller/events.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { job, poolOf, running, World } from "./world.ts";

const BOTH = { engines: ["first", "second"] } as const;

function silence(world: World, name: string, answers = false): World {
  return world.feed({ type: "engine", atMs: world.nowMs, name, answers });
}

const startsOn = (world: World): readonly string[] =>
  world.plan().actions.flatMap((action) => (action.type === "provision" ? [action.engine] : []));

const planned = (engine: string, pool = "home"): SlotChange => ({ change: "planned", pool, scope: "acme", engine });

describe("the first engine with room takes the next slot", () => {
  test("until it holds its own maxSlots, then the next one, and none beyond both", () => {
    const world = new World(poolOf({ ...BOTH, max: 9 }));
    world.bound(null, { first: 2, second: 1 });
    for (const id of [1, 2, 3, 4]) world.signal(job(id));
    expect(startsOn(world)).toEqual(["first", "first", "second"]);
    world.provision();
    expect(startsOn(world)).toEqual([]);
    const why = waitReason(world.ledger, world.pools, 4, world.nowMs);
    expect(why).toEqual({ code: "machine-full", maxSlots: 2, engine: "first" });
  });

  test("an engine that refuses a slot of a pool is passed over for that pool alone, and that pause wakes the plan", () => {
    const world = new World(poolOf({ ...BOTH, max: 9 }), poolOf({ key: "other", ...BOTH, labels: ["gpu"] }));
    world.slot("a", planned("first")).slot("a", { change: "failed", code: "slot-no-room", retryAtMs: null });
    world.signal(job(1)).signal(job(2, { labels: ["gpu"] }));
    expect(startsOn(world)).toEqual(["second", "first"]);
    world.bound(null, { second: 0 });
    expect(world.plan().nextAtMs).toBeLessThanOrEqual(world.nowMs + 4000);
  });

  test("idle slots make way on an engine that holds as many as it may, whatever their pool", () => {
    const web = poolOf({
      key: "web",
      ...BOTH,
      labels: ["web"],
      scaling: { min: 0, max: 4, queueThreshold: 1, cooldownSeconds: 600 },
    });
    const world = new World(web, poolOf({ key: "home", engines: ["first"] }));
    world.bound(null, { first: 1 });
    world.signal(job(1, { labels: ["web"] }));
    const [idle = ""] = world.provision();
    world.signal(job(1, { labels: ["web"], phase: "completed", phaseAtMs: world.nowMs + 1 }));
    world.later(1000).signal(job(2));
    world.plan();
    world.later(1000).inventory({ [idle]: "idle" });
    expect(world.actions("retire")).toMatchObject([{ slot: idle, reason: { code: "surplus" } }]);
  });
});

describe("an engine that is silent", () => {
  test("pauses its own slots and no other's: its jobs start on the next engine of their pool", () => {
    const world = new World(poolOf({ ...BOTH, max: 9 }), poolOf({ key: "alone", engines: ["first"], labels: ["gpu"] }));
    silence(world, "first")
      .signal(job(1))
      .signal(job(2, { labels: ["gpu"] }));
    expect(startsOn(world)).toEqual(["second"]);
    expect(waitReason(world.ledger, world.pools, 2, world.nowMs)).toEqual({
      code: "engine-silent",
      pool: "alone",
      engines: ["first"],
      forMs: 0,
    });
    silence(world, "first", true);
    expect(startsOn(world)).toEqual(["first", "first"]);
  });

  test("its slots go on counting against max, across engines", () => {
    const world = new World(poolOf({ ...BOTH, max: 2 }));
    for (const id of [1, 2]) world.signal(job(id));
    const names = world.provision();
    for (const [at, name] of names.entries()) world.signal(running(at + 1, name));
    silence(world, "first").signal(job(3));
    expect(startsOn(world)).toEqual([]);
    expect(waitReason(world.ledger, world.pools, 3, world.nowMs)).toEqual({ code: "full", pools: ["home"] });
  });

  test("a slot on it covers a job again once GitHub has listed it as idle since; before, the job goes elsewhere", () => {
    const world = new World(poolOf({ ...BOTH, max: 9 }));
    world.signal(job(1));
    const [name = ""] = world.provision();
    world.later(1000).inventory({ [name]: "idle" });
    expect(startsOn(world)).toEqual([]);
    silence(world.later(1000), "first");
    expect(startsOn(world)).toEqual(["second"]);
    world.later(1000).inventory({ [name]: "idle" });
    expect(startsOn(world)).toEqual([]);
  });

  test("nothing on it is retired or asked about before it answers; then as ever", () => {
    const world = new World(poolOf({ ...BOTH, max: 9 }));
    world.signal(job(1));
    const [name = ""] = world.provision();
    world.signal(job(1, { phase: "completed", phaseAtMs: world.nowMs + 1 }));
    silence(world.later(1000), "first");
    world.plan();
    world.later(3_600_000).inventory({ [name]: "offline" });
    expect(world.plan().actions).toEqual([]);
    silence(world, "first", true);
    world.later(1000).inventory({ [name]: "offline" });
    expect(world.actions("retire")).toMatchObject([{ slot: name }]);
  });

  test("what failed because it was silent is tried as soon as it answers; what it refused goes on pausing", () => {
    const world = new World(poolOf({ engines: ["first"] }), poolOf({ key: "b", engines: ["first"], labels: ["gpu"] }));
    world.slot("a", planned("first")).slot("a", { change: "failed", code: "slot-unreachable", retryAtMs: null });
    world.slot("b", planned("first", "b"));
    world.slot("b", { change: "failed", code: "slot-image", retryAtMs: world.nowMs + 60_000 });
    silence(world, "first");
    world.signal(job(1, { phaseAtMs: world.nowMs })).signal(job(2, { labels: ["gpu"], phaseAtMs: world.nowMs }));
    silence(world, "first", true);
    expect(world.plan().actions).toMatchObject([{ type: "provision", pool: "home", engine: "first" }]);
  });

  test("an engine that answers lists and no start is tried ever more rarely", () => {
    const world = new World(poolOf({ engines: ["first"] }));
    const paused = (): number | undefined => {
      const pause = world.ledger.pauses.on("home", "first", world.nowMs);
      return pause === null ? undefined : pause.untilMs - world.nowMs;
    };
    const fail = (name: string): World => {
      world.slot(name, planned("first"));
      world.slot(name, { change: "failed", code: "slot-unreachable", retryAtMs: null });
      silence(world, "first");
      return silence(world, "first", true);
    };
    fail("a");
    expect(paused()).toBeUndefined();
    fail("b");
    expect(paused()).toBe(4000);
    fail("c");
    expect(paused()).toBe(4000);
    fail("d").later(4000);
    fail("e");
    expect(paused()).toBe(8000);
  });
});
