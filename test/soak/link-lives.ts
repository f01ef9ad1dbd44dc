import { availableParallelism } from "node:os";
import { parentPort, Worker, workerData } from "node:worker_threads";

import fc from "fast-check";
import * as z from "zod";

import { expectAllRead, play, roughStep } from "../agent/link/link-model.ts";

/** So many lives, drawn from a seed. */
const workSchema = z.object({ seed: z.number(), lives: z.number() });

const livedSchema = z.object({
  seed: z.number(),
  lives: z.number(),
  /** The steps of the shortest life that went wrong, and how to repeat it; null if none did. */
  failure: z.nullable(z.string()),
});
export type Lived = z.infer<typeof livedSchema>;

/** Lives so many lives of a link on all cores, each core from a seed of its own: `seed`, `seed + 1` and so on. */
export async function liveOnAllCores(seed: number, lives: number): Promise<readonly Lived[]> {
  const threads = availableParallelism();
  const shares = Array.from({ length: threads }, (_, n) => Math.floor((lives + n) / threads));
  return Promise.all(shares.map((share, n) => liveInThread({ seed: seed + n, lives: share })));
}

function liveInThread(work: z.infer<typeof workSchema>): Promise<Lived> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: work });
    worker.once("message", (message: unknown) => resolve(livedSchema.parse(message)));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a thread ended with ${code} and said nothing`)));
  });
}

/** Lives them here. What goes wrong is shrunk to the fewest steps. */
export async function live({ seed, lives }: z.infer<typeof workSchema>): Promise<Lived> {
  const life = fc.asyncProperty(fc.array(roughStep, { maxLength: 60 }), async (steps) => {
    expectAllRead(await play(steps, "upgrade"));
  });
  const found = await fc.check(life, { seed, numRuns: lives });
  return {
    seed,
    lives: found.numRuns,
    failure: found.failed ? (fc.defaultReportMessage(found) ?? "a life went wrong") : null,
  };
}

if (parentPort !== null) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  parentPort.postMessage(await live(workSchema.parse(workerData)));
}
