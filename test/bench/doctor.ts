import { performance } from "node:perf_hooks";

import { BROKEN_WORLDS } from "../agent/doctor/broken-worlds.ts";
import { startDoctorWorld } from "../agent/doctor/doctor-world.ts";
import type { Measured } from "./measured.ts";
import { median } from "./quartiles.ts";

const RUNS = 5;
const MOST_MS = 5000;

/** How long the doctor takes where all is well. Needs a Docker Engine. */
export async function benchDoctor(): Promise<Measured<"doctor">> {
  const world = await startDoctorWorld();
  try {
    const took: number[] = [];
    let checks = 0;
    let healthy = true;
    for (let run = 0; run < RUNS; run += 1) {
      const startedAtMs = performance.now();
      const report = await world.doctor();
      took.push(performance.now() - startedAtMs);
      checks = report.checks.length;
      healthy &&= report.ok;
    }
    const healthyMs = median(took);
    const brokenWorlds = BROKEN_WORLDS.flatMap(([, rows]) => rows).length;
    const ok = healthy && healthyMs < MOST_MS;
    const text = `${ok ? "ok  " : "OVER"} ${checks} checks of a healthy world ${healthyMs.toFixed(0)} ms, median of ${RUNS} (under ${MOST_MS})
     ${brokenWorlds} broken worlds in its tests
`;
    return { figures: { checks, healthyMs, brokenWorlds }, text, ok };
  } finally {
    await world.close();
  }
}
