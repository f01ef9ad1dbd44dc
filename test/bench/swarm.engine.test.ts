import { expect, test } from "vitest";

import { dockerAvailable } from "../stand-ins/docker/engine.ts";
import { missingForOwnEngine } from "../stand-ins/docker/own-engine.ts";
import { benchSwarm, SMALLEST } from "./swarm.ts";

const missing = dockerAvailable ? await missingForOwnEngine() : "there is no engine here";
if (missing !== null) console.warn(`Not run: pnpm bench swarm (${missing})`);

test.skipIf(missing !== null)(
  "pnpm bench swarm: at its smallest size each row has the bare services' times beside Hookline's",
  async () => {
    const { figures, text } = await benchSwarm(SMALLEST);
    expect(figures.bursts.map(({ jobs, rounds }) => [jobs, rounds])).toEqual([[2, 1]]);
    for (const { bareMs, hooklineMs, ratio } of figures.bursts) {
      for (const times of [bareMs, hooklineMs]) {
        expect(times.first.median).toBeGreaterThan(0);
        expect(times.last.median).toBeGreaterThanOrEqual(times.first.median);
      }
      expect(ratio.last.median).toBeCloseTo(hooklineMs.last.median / bareMs.last.median, 5);
    }
    expect(text).toContain("times the bare services");
  },
);
