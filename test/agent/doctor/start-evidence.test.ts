import { expect, test } from "vitest";

import { spared } from "../../../agent/doctor/docker/start-evidence.ts";
import { lanes } from "../../../agent/doctor/check/lanes.ts";
import { seeded } from "../../stand-ins/time/random.ts";
import { daemonWorld, MINUTE, roomWith } from "./daemon/daemon-world.ts";

const RULE = roomWith();

test("a job that ended well within the hour spares its pool the try, and no other job does", async () => {
  const world = await daemonWorld(seeded(1));
  const { pool, fleet, clock, document } = world;
  expect(spared(pool, fleet, RULE, document())).toBeNull();
  await world.queue(1);
  await world.ends();
  await clock.advance(MINUTE);
  const well = document();
  expect(spared(pool, fleet, RULE, well)?.message).toMatch(/a job of .* ended well .* ago/);
  expect(spared(pool, world.edited, RULE, well)).toBeNull();
  expect(spared(pool, fleet, RULE, { ...well, fleet: { ...well.fleet, loadedAtMs: well.atMs } })).toBeNull();
  expect(spared(pool, fleet, RULE, null)).toBeNull();
  await clock.advance(61 * MINUTE);
  expect(spared(pool, fleet, RULE, document())).toBeNull();
});

test("a machine without room for a slot is not asked for one more container", async () => {
  const { pool, fleet } = await daemonWorld(seeded(2));
  expect(spared(pool, fleet, roomWith({ freeMemoryBytes: () => 0 }), null)?.see).toEqual(["room"]);
});

test("two pools are tried at a time, in their order, and one that fails gives its place on", async () => {
  const inLane = lanes(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const works = [0, 1, 2, 3].map((n) =>
    inLane(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => void (ends[n] = resolve));
      if (n === 0) throw new Error("no");
    }),
  );
  const failed = expect(works[0]).rejects.toThrow("no");
  expect(begun).toEqual([0, 1]);
  ends[0]?.();
  await failed;
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  for (const n of [1, 2]) ends[n]?.();
  await Promise.all([works[1], works[2]]);
  await expect.poll(() => begun).toEqual([0, 1, 2, 3]);
  ends[3]?.();
  await works[3];
});
