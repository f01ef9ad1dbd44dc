import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { describeWait } from "../../../shared/controller/describe-reason.ts";
import { remedyFor } from "../../../shared/controller/wait-remedy.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { job, poolOf, World } from "./world.ts";

const HOUR_MS = 60 * 60_000;

function paused(world: World, forMs: number | null): World {
  const pause = { sinceMs: world.nowMs, untilMs: forMs === null ? null : world.nowMs + forMs };
  return world.feed({ type: "operator-pause", pause });
}

describe("while the operator has paused the fleet", () => {
  test("no slot is started, neither for a job that waits, nor for one that comes, nor to keep a pool warm", () => {
    const world = paused(new World(poolOf({ min: 1, max: 4 })).signal(job(1)), null);
    expect(world.provision()).toEqual([]);
    expect(
      world
        .signal(job(2))
        .queueSweep([job(3)])
        .provision(),
    ).toEqual([]);
    expect(world.later(48 * HOUR_MS).provision()).toEqual([]);
  });

  test("slots that exist stay and cover the jobs that they can take", () => {
    const world = new World(poolOf({ min: 1 }));
    const [name = ""] = world.provision();
    world.slot(name, { change: "started" });
    paused(world, null).signal(job(1));
    expect(world.plan().actions).toEqual([]);
    expect(waitReason(world.ledger, world.pools, 1, world.nowMs)).toMatchObject({ code: "covered" });
  });

  test("a job is told why it waits, and until when", () => {
    const world = paused(new World().signal(job(1)), HOUR_MS);
    const why = waitReason(world.ledger, world.pools, 1, world.nowMs);
    expect(why).toEqual({ code: "operator-pause", untilMs: world.nowMs + HOUR_MS });
    expect(describeWait(why)).toMatch(/^paused by the operator until 2026/);
    expect(remedyFor(why)).toEqual({ mender: "operator", text: "To go on: hookline resume." });
  });
});

test("a pause ends by itself at its time, with a plan of its own, and what waited is served at once", () => {
  const world = paused(new World().signal(job(1)), HOUR_MS);
  expect(world.plan().nextAtMs).toBe(world.nowMs + HOUR_MS);
  expect(world.later(HOUR_MS - 1).provision()).toEqual([]);
  expect(world.later(1).provision()).toHaveLength(1);
});

test("resume serves what waited at once", () => {
  const world = paused(new World().signal(job(1)), null);
  expect(world.provision()).toEqual([]);
  expect(world.feed({ type: "operator-pause", pause: null }).provision()).toHaveLength(1);
});

test("a clock that is set makes a pause neither longer nor shorter", () => {
  const world = paused(new World().signal(job(1)), HOUR_MS);
  world.nowMs += 8 * HOUR_MS;
  world.feed({ type: "clock-set", atMs: world.nowMs, byMs: 8 * HOUR_MS });
  expect(world.provision()).toEqual([]);
  expect(world.later(HOUR_MS).provision()).toHaveLength(1);
});

test("no mixture of jobs, pools and slots starts anything in a pause", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("job" as const), id: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 30 * 60_000 }) }),
    fc.record({ kind: fc.constant("pause" as const), forMs: fc.option(fc.integer({ min: 1, max: HOUR_MS })) }),
    fc.constant({ kind: "resume" as const }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 2 }), (steps, min) => {
      const world = new World(poolOf({ min, max: 4 }));
      let untilMs = 0;
      for (const each of steps) {
        if (each.kind === "job") world.signal(job(each.id));
        if (each.kind === "pass") world.later(each.ms);
        if (each.kind === "resume") world.feed({ type: "operator-pause", pause: null });
        if (each.kind === "pause") paused(world, each.forMs);
        if (each.kind === "pause") untilMs = each.forMs === null ? Infinity : world.nowMs + each.forMs;
        if (each.kind === "resume") untilMs = 0;
        const started = world.provision();
        if (world.nowMs < untilMs) expect(started).toEqual([]);
      }
    }),
  );
});
