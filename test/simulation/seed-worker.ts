import { parentPort, workerData } from "node:worker_threads";

import * as z from "zod";

import { occurringIn } from "./met-conditions.ts";
import { run } from "./run.ts";
import { scenarioOf } from "./scenario.ts";

/** Every `stride`-th seed from `from` on, `count` in all workers together. */
const workSchema = z.object({ from: z.number(), count: z.number(), offset: z.number(), stride: z.number() });

/** What a worker tells of each seed. */
export const seedResultSchema = z.object({
  seed: z.number(),
  steps: z.number(),
  sweeps: z.nullable(z.number()),
  occurred: z.array(z.string()),
  met: z.array(z.string()),
  violation: z.nullable(z.object({ promise: z.string(), message: z.string() })),
});
export type SeedResult = z.infer<typeof seedResultSchema>;

if (parentPort !== null) {
  const { from, count, offset, stride } = workSchema.parse(workerData);
  for (let index = offset; index < count; index += stride) {
    const seed = from + index;
    const scenario = scenarioOf(seed);
    const { violation, steps, sweeps, met } = await run(scenario);
    const occurred = [...occurringIn(scenario)];
    const broken = violation === null ? null : { promise: violation.promise, message: violation.message };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
    parentPort.postMessage({ seed, steps, sweeps, occurred, met: [...met], violation: broken } satisfies SeedResult);
  }
}
