import type { Ledger } from "./ledger.ts";
import type { ServingPool } from "./pool-choice.ts";

/** How many places of each pool each repository holds: with jobs that run, and with jobs that have a slot to come. */
export class Holdings {
  readonly #held = new Map<string, number>();

  /** What runs now. */
  constructor(ledger: Ledger) {
    for (const { pool, jobId } of ledger.slots) {
      const facts = jobId === null ? undefined : ledger.job(jobId)?.facts;
      if (facts?.phase === "in_progress") this.add(pool, facts.repository);
    }
  }

  add(pool: string, repository: string): void {
    this.#held.set(keyOf(pool, repository), this.of(pool, repository) + 1);
  }

  /** In these pools together. */
  in(pools: readonly ServingPool[], repository: string): number {
    return pools.reduce((sum, { pool }) => sum + this.of(pool.key, repository), 0);
  }

  of(pool: string, repository: string): number {
    return this.#held.get(keyOf(pool, repository)) ?? 0;
  }
}

const keyOf = (pool: string, repository: string): string => `${pool}\n${repository.toLowerCase()}`;
