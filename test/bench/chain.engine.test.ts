import { expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { benchChain, SMALLEST } from "./chain.ts";

dockerTest("pnpm bench chain: at its smallest size each row has the floor's times beside Hookline's", async () => {
  const { figures, text } = await benchChain(SMALLEST);
  expect(figures.bursts.map(({ engine, jobs, jitMs, rounds }) => [engine, jobs, jitMs, rounds])).toEqual([
    ["as it is", 1, 0, 1],
    ["as it is", 2, 0, 1],
    ["slow", 2, 0, 1],
  ]);
  for (const { floorMs, hooklineMs, ratio } of figures.bursts) {
    for (const times of [floorMs, hooklineMs]) {
      expect(times.first.median).toBeGreaterThan(0);
      expect(times.last.median).toBeGreaterThanOrEqual(times.first.median);
    }
    expect(ratio.last.median).toBeCloseTo(hooklineMs.last.median / floorMs.last.median, 5);
  }
  expect(text).toContain("times the floor");
});
