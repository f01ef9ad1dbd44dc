import type { Ledger } from "./ledger.ts";
import type { ServingPool } from "./pool-choice.ts";

/** How many places of each pool each repository holds: with jobs that run, and with jobs that have a slot to come. */
export class Holdings {
  /** By repository in lower case, then by pool. */
  readonly #held = new Map<string, Map<string, number>>();

  /** What runs now. */
  constructor(ledger: Ledger) {
    for (const { pool, jobId } of ledger.slots) {
      const facts = jobId === null ? undefined : ledger.job(jobId)?.facts;
      if (facts?.phase === "in_progress") this.add(pool, facts.repository);
    }
  }

  add(pool: string, repository: string): void {
    const key = repository.toLowerCase();
    const held = this.#held.get(key) ?? new Map<string, number>();
    this.#held.set(key, held.set(pool, (held.get(pool) ?? 0) + 1));
  }

  /** In these pools together. */
  in(pools: readonly ServingPool[], repository: string): number {
    const held = this.#held.get(repository.toLowerCase());
    return held === undefined ? 0 : pools.reduce((sum, { pool }) => sum + (held.get(pool.key) ?? 0), 0);
  }

  of(pool: string, repository: string): number {
    return this.#held.get(repository.toLowerCase())?.get(pool) ?? 0;
  }
}
