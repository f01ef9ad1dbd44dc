/** How often a pool has replaced a runner in doubt, since one of them last got a job. Times are milliseconds since the epoch. */
export interface Tries {
  readonly count: number;
  readonly lastAtMs: number;
}

/** Which pools have replaced a runner in doubt, and when. */
export class DoubtBook {
  readonly #tries = new Map<string, Tries>();

  tries(pool: string): Tries | null {
    return this.#tries.get(pool) ?? null;
  }

  doubted(pool: string, atMs: number): void {
    this.#tries.set(pool, { count: (this.#tries.get(pool)?.count ?? 0) + 1, lastAtMs: atMs });
  }

  /** A runner of the pool was given a job. */
  settled(pool: string): void {
    this.#tries.delete(pool);
  }

  /** Nothing waits for the other pools any more. */
  keep(pools: ReadonlySet<string>): void {
    for (const pool of this.#tries.keys()) if (!pools.has(pool)) this.#tries.delete(pool);
  }

  /** The clock was set by so much. */
  shift(byMs: number): void {
    for (const [pool, { count, lastAtMs }] of this.#tries) this.#tries.set(pool, { count, lastAtMs: lastAtMs + byMs });
  }
}
