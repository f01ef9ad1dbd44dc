import type { JobClass, JobTraits } from "./demand.ts";
import type { Ledger } from "./ledger.ts";
import { refusal, type ServingPool } from "./pool-choice.ts";

interface Known {
  readonly pools: readonly ServingPool[];
  readonly serving: readonly ServingPool[];
}

const known = new WeakMap<JobClass, Known>();

/** The pools that may serve a job, in file order. */
export function servingPools(pools: readonly ServingPool[], job: JobTraits): readonly ServingPool[] {
  return pools.filter((pool) => refusal(pool, job) === null);
}

/** The same for a class, remembered for as long as the class and the pools stay the same. */
export function servingPoolsOf(pools: readonly ServingPool[], jobClass: JobClass): readonly ServingPool[] {
  const before = known.get(jobClass);
  if (before?.pools === pools) return before.serving;
  const serving = servingPools(pools, jobClass);
  known.set(jobClass, { pools, serving });
  return serving;
}

/** How many jobs wait that a pool may serve. What nobody here serves is no demand, however it was heard of. */
export function servedDemand(ledger: Ledger, pools: readonly ServingPool[]): number {
  let jobs = 0;
  for (const jobClass of ledger.queue.classes) {
    if (servingPoolsOf(pools, jobClass).length > 0) jobs += jobClass.queued.length;
  }
  return jobs;
}
