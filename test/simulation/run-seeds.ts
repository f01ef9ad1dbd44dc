import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

import { seedResultSchema, type SeedResult } from "./seed-worker.ts";

/** Runs seeds on all cores. With `stopAtFirst` it ends as soon as one breaks a promise. */
export async function runSeeds(from: number, count: number, stopAtFirst: boolean): Promise<readonly SeedResult[]> {
  const results: SeedResult[] = [];
  const stride = Math.min(availableParallelism(), count);
  const workers: Worker[] = [];
  const work = Array.from({ length: stride }, (_item, offset) => {
    const worker = new Worker(new URL("seed-worker.ts", import.meta.url), {
      workerData: { from, count, offset, stride },
    });
    workers.push(worker);
    return ended(worker, (result) => {
      results.push(result);
      if (stopAtFirst && result.violation !== null) for (const other of workers) void other.terminate();
    });
  });
  await Promise.all(work);
  return results.toSorted((a, b) => a.seed - b.seed);
}

function ended(worker: Worker, onResult: (result: SeedResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: unknown) => onResult(seedResultSchema.parse(message)));
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}
