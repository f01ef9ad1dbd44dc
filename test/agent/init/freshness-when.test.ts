import { expect, test } from "vitest";

import { freshnessWhen } from "../../../agent/init/steps/edge.ts";
import type { InitContext } from "../../../agent/init/world/context.ts";
import { realWorld } from "../../../agent/init/world/real-world.ts";
import { localServer } from "../../stand-ins/http/local-server.ts";
import { untilDone } from "../../stand-ins/time/until-done.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { freshnessOf } from "../doctor/freshness-sample.ts";

test("E-1: init asks the edge some forty times in the minute that it waits for a ping, not hundreds of times", async () => {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const url = await localServer((_, response) => {
    asked.push(clock.now());
    response.end(JSON.stringify(freshnessOf()));
  });
  const world = { ...realWorld(false), clock, random: () => 0.5 };
  const context = {
    world: { ...world, files: { ...world.files, read: () => "token" } },
    signal: new AbortController().signal,
    layout: { token: "/secrets/token" },
    progress: { made: { worker: { url } } },
  };
  const waited = freshnessWhen(() => false, context as unknown as InitContext, 60_000);
  expect(await untilDone(clock, waited)).toBeNull();
  expect((asked.at(-1) ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
  expect(asked.length).toBeLessThanOrEqual(45);
});
