import { expect, test } from "vitest";

import { job } from "../../shared/controller/world.ts";
import { hangs } from "../../stand-ins/github/fake-github.ts";
import { SlotWorld } from "./slot-world.ts";

const GRACE_MS = 7000;

test("N9 a stop leaves running slots alone: no call to GitHub, no stop, no removal", async () => {
  const world = await new SlotWorld().adopt();
  await world.jobs(job(1), job(2));
  const calls = [world.github.calls.length, world.provider.calls.length];
  world.control.stop();
  await world.manager.stop(GRACE_MS);
  expect(world.provider.running()).toHaveLength(2);
  expect([world.github.calls.length, world.provider.calls.length]).toEqual(calls);
  expect(world.clock.pending).toBe(0);
  expect(world.records.unfinished()).toHaveLength(2);
});

test("a slot that is coming up gets there before the stop", async () => {
  const world = await new SlotWorld().adopt();
  world.github.latencyMs = 1000;
  world.provider.startMs = 500;
  await world.jobs(job(1));
  world.control.stop();
  const began = world.clock.now();
  await world.clock.runUntil(world.manager.stop(GRACE_MS));
  expect(world.clock.now() - began).toBe(2500);
  expect(world.provider.running()).toHaveLength(1);
  expect(world.records.unfinished()).toMatchObject([{ runnerId: 1, startedAtMs: world.clock.now() }]);
  expect(world.clock.pending).toBe(0);
});

test("what does not come up within the grace is cut off, and its intent stays for the next start", async () => {
  const world = await new SlotWorld().adopt();
  world.github.jitFaults.push((answer, signal) => {
    answer();
    return hangs(answer, signal);
  });
  await world.jobs(job(1));
  const name = world.theSlot();
  world.control.stop();
  const began = world.clock.now();
  await world.clock.runUntil(world.manager.stop(GRACE_MS));
  expect(world.clock.now() - began).toBe(GRACE_MS);
  expect(world.provider.callsOf("start")).toEqual([]);
  expect(world.records.unfinished()).toMatchObject([{ name, removedAtMs: null }]);
  expect(world.clock.pending).toBe(0);
});

test("a stop ends the watch, so that nothing is cleared or adopted by a process that is leaving", async () => {
  const world = await new SlotWorld().adopt();
  await world.jobs(job(1));
  const name = world.theSlot();
  await world.manager.stop(GRACE_MS);
  world.provider.exit(name, 0);
  await world.advance(0);
  expect(world.provider.containers.get(name)?.state).toBe("exited");
  expect(world.provider.callsOf("remove")).toEqual([]);
});
