import { describe, expect, test } from "vitest";

import { describeWait } from "../../../shared/controller/describe-reason.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { done, job, poolOf, running, T0, World } from "./world.ts";

const SECOND = 1000;
const MINUTE = 60_000;

/** One sweep and one inventory in which the job still waits and the runners named are online and idle. */
function look(world: World, idle: readonly string[], jobs: readonly number[] = [1]): World {
  world.queueSweep(jobs.map((id) => job(id, { phaseAtMs: world.nowMs })));
  return world.inventory(Object.fromEntries(idle.map((name) => [name, "idle" as const])));
}

/** A runner that has been idle beside a waiting job for so long, a look each half minute. */
function idleBeside(world: World, idle: readonly string[], forMs: number): World {
  for (let leftMs = forMs; leftMs > 0; leftMs -= 30 * SECOND) look(world.later(30 * SECOND), idle);
  return world;
}

function oneIdle(max: number): { world: World; idle: string } {
  const world = new World(poolOf({ max }));
  const [idle = ""] = world.signal(job(1)).provision();
  return { world: look(world.later(5 * SECOND), [idle]), idle };
}

describe("rule 3: cover is what GitHub honours", () => {
  test("C-2: a job that waits 90 s beside an idle runner of its class gets another, and one only", () => {
    const { world, idle } = oneIdle(4);
    expect(idleBeside(world, [idle], 60 * SECOND).provision()).toEqual([]);
    const [second = ""] = idleBeside(world, [idle], 30 * SECOND).provision();
    expect(second).not.toBe("");
    expect(idleBeside(world, [idle, second], 60 * MINUTE).provision()).toEqual([]);
    expect(world.actions("retire")).toEqual([]);
  });

  test("C-2: the doubted runner goes once the other one was given the job", () => {
    const { world, idle } = oneIdle(4);
    const [second = ""] = idleBeside(world, [idle], 90 * SECOND).provision();
    idleBeside(world, [idle], 30 * SECOND);
    expect(world.actions("retire")).toEqual([]);
    world.signal(running(1, second)).plan();
    world.later(SECOND).inventory({ [idle]: "idle", [second]: "busy" });
    expect(world.actions("retire")).toMatchObject([{ slot: idle, reason: { code: "passed-over" } }]);
  });

  test("C-2: in a pool at max the doubted runner makes way first, and once", () => {
    const { world, idle } = oneIdle(1);
    idleBeside(world, [idle], 90 * SECOND);
    world.plan();
    look(world.later(SECOND), [idle]);
    expect(world.actions("retire")).toMatchObject([{ slot: idle, reason: { code: "passed-over" } }]);
    world.slot(idle, { change: "retiring" }).slot(idle, { change: "exited", exitCode: 0 });
    const [second = ""] = world.slot(idle, { change: "removed" }).provision();
    expect(second).not.toBe("");
    idleBeside(world, [second], 60 * MINUTE);
    expect(world.plan().actions.filter(({ type }) => type !== "verify")).toEqual([]);
    const why = waitReason(world.ledger, world.pools, 1, world.nowMs);
    expect(why).toMatchObject({ code: "not-given", slot: second });
    expect(describeWait(why)).toContain(second);
  });

  test("C-2: a second doubtful replacement waits three minutes, the next six, then twelve", () => {
    const { world, idle } = oneIdle(4);
    const starts: number[] = [];
    const doubtedAtMs = world.nowMs;
    for (let half = 0; half < 100; half += 1) {
      look(world.later(30 * SECOND), [idle]);
      for (const name of world.provision()) {
        starts.push((world.nowMs - doubtedAtMs) / MINUTE);
        world.slot(name, { change: "exited", exitCode: 1 }).slot(name, { change: "removed" });
        world.ledger.pauses.worked("home");
      }
    }
    expect(starts).toEqual([1.5, 4.5, 10.5, 22.5, 34.5, 46.5]);
  });

  test("a job that GitHub holds, by a concurrency group, max-parallel or an approval, dooms no runner and starts none", () => {
    const { world, idle } = oneIdle(4);
    world.queueSweep([job(1, { phase: "waiting", phaseAtMs: world.later(SECOND).nowMs })]);
    for (let minute = 0; minute < 3; minute += 1) {
      world.later(30 * SECOND).queueSweep([job(1, { phase: "waiting", phaseAtMs: world.nowMs })]);
      world.inventory({ [idle]: "idle" });
      expect(world.provision()).toEqual([]);
    }
    const why = waitReason(world.ledger, world.pools, 1, world.nowMs);
    expect(why).toEqual({ code: "held" });
    expect(describeWait(why)).toContain("concurrency");
    world
      .later(30 * SECOND)
      .slot(idle, { change: "exited", exitCode: 0 })
      .slot(idle, { change: "removed" });
    expect(look(world, []).provision()).toHaveLength(1);
  });

  test("a runner that is idle beside jobs that have only now been queued is not doubted", () => {
    const world = new World(poolOf({ min: 1 }));
    const [warm = ""] = world.provision();
    for (let minute = 0; minute < 20; minute += 1) world.later(MINUTE).inventory({ [warm]: "idle" });
    world.signal(job(1, { phaseAtMs: world.nowMs, createdAtMs: world.nowMs }));
    look(world.later(SECOND), [warm]);
    expect(world.provision()).toEqual([]);
    world.signal(running(1, warm)).signal(done(1, warm));
    expect(world.ledger.demand()).toBe(0);
    expect(T0).toBeLessThan(world.nowMs);
  });
});
