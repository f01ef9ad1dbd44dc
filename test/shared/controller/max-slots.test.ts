import { describe, expect, test } from "vitest";

import { describeWait } from "../../../shared/controller/describe-reason.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { done, job, poolOf, running, World } from "./world.ts";

const gpu = (jobId: number) => job(jobId, { labels: ["gpu"] });

function twoPools(maxSlots: number, min = 0): World {
  return new World({ maxSlots }, poolOf({ key: "a", max: 4, min }), poolOf({ key: "b", max: 4, labels: ["gpu"] }));
}

describe("C-12: the machine's own bound", () => {
  test("pools together start no more slots than the machine may hold, and the rest follow as slots end", () => {
    const world = twoPools(3);
    for (const id of [1, 2]) world.signal(job(id));
    for (const id of [3, 4, 5]) world.signal(gpu(id));
    const [first = "", ...rest] = world.provision();
    expect(rest).toHaveLength(2);
    expect(world.provision()).toEqual([]);
    const why = waitReason(world.ledger, world.pools, 5, world.nowMs);
    expect(why).toEqual({ code: "machine-full", maxSlots: 3 });
    expect(describeWait(why)).toContain("3");
    world.signal(running(1, first)).signal(done(1, first)).slot(first, { change: "exited", exitCode: 0 });
    expect(world.provision()).toEqual([]);
    expect(world.slot(first, { change: "removed" }).provision()).toHaveLength(1);
  });

  test("slots of a pool that is no longer in the file count too", () => {
    const world = twoPools(1);
    world.slot("hookline-test--old-1", { change: "adopted", pool: "old", scope: "acme", runnerId: 1, startedAtMs: 1 });
    world.signal(job(1));
    expect(world.provision()).toEqual([]);
  });

  test("idle slots that another pool keeps warm make way for a job that waits", () => {
    const world = twoPools(2, 2);
    const warm = world.provision();
    expect(warm).toHaveLength(2);
    world.signal(gpu(1)).plan();
    world.later(1000).inventory(Object.fromEntries(warm.map((name) => [name, "idle" as const])));
    expect(world.actions("retire")).toMatchObject([{ slot: warm[0], reason: { code: "surplus" } }]);
  });
});
