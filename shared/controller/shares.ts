import type { Pool } from "../fleet/pool.ts";
import type { Holdings } from "./holdings.ts";
import type { ServingPool } from "./pool-choice.ts";

/** Whether the pool may hold another place for the repository. */
export function hasShare({ key, maxPerRepository }: Pool, repository: string, holdings: Holdings): boolean {
  return maxPerRepository === undefined || holdings.of(key, repository) < maxPerRepository;
}

/** The rank of a pool among those that are short of room: the highest goes first. */
export function priorityOf({ priority }: Pick<Pool, "priority">): number {
  return priority ?? 0;
}

/** The rank of jobs that these pools may serve: that of the highest. */
export function highestPriority(serving: readonly ServingPool[]): number {
  return Math.max(0, ...serving.map(({ pool }) => priorityOf(pool)));
}

/** By rank, the highest first; pools of one rank in file order. */
export function byPriority(pools: readonly ServingPool[]): readonly ServingPool[] {
  return pools.toSorted((a, b) => priorityOf(b.pool) - priorityOf(a.pool));
}
