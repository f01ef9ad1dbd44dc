import { expect, onTestFinished, test } from "vitest";

import { enforceTimeLimits } from "../../../agent/slots/time-limits.ts";
import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { job, poolOf, running } from "../../shared/controller/world.ts";
import { SlotWorld } from "./slot-world.ts";

const MINUTE = 60_000;

function limited(jobTimeLimitMs: number | null) {
  const pools = [{ ...poolOf({ max: 1 }), container: { ...PLAIN_CONTAINER, jobTimeLimitMs } }];
  const world = new SlotWorld({ pools });
  const stop = new AbortController();
  const { clock, ledger, provider } = world;
  void enforceTimeLimits({ pools: () => pools, ledger, provider, clock, log: world.log.log }, stop.signal);
  onTestFinished(() => stop.abort());
  return { world, pools };
}

test("a job that runs longer than its pool allows has its container stopped, and not before", async () => {
  const { world } = limited(10 * MINUTE);
  await world.adopt();
  await world.jobs(job(1));
  const name = world.theSlot();
  await world.advance(9 * MINUTE);
  await world.jobs({ ...running(1, name), startedAtMs: world.clock.now() });
  await world.advance(10 * MINUTE);
  expect(world.provider.callsOf("stop")).toEqual([]);
  await world.advance(MINUTE);
  expect(world.provider.callsOf("stop")).toEqual([name]);
  expect(JSON.stringify(world.log.records())).toContain("jobTimeLimitMinutes");
});

test("an idle slot has no time limit", async () => {
  const { world } = limited(MINUTE);
  await world.adopt();
  await world.jobs(job(1));
  await world.advance(4 * MINUTE);
  expect(world.provider.callsOf("stop")).toEqual([]);
});

test("a limit that the operator sets while the job runs holds from then on", async () => {
  const { world, pools } = limited(null);
  await world.adopt();
  await world.jobs(job(1));
  const name = world.theSlot();
  await world.jobs({ ...running(1, name), startedAtMs: world.clock.now() });
  await world.advance(20 * MINUTE);
  expect(world.provider.callsOf("stop")).toEqual([]);
  pools[0] = { ...poolOf({ max: 1 }), container: { ...PLAIN_CONTAINER, jobTimeLimitMs: 10 * MINUTE } };
  await world.advance(MINUTE);
  expect(world.provider.callsOf("stop")).toEqual([name]);
});
