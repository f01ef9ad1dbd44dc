/** Calls that a repository costs at least: its newest runs. */
export const CALLS_PER_REPOSITORY = 1;

/** The share of the budget that active repositories may spend while others wait for their turn. */
const ACTIVE_SHARE = 0.8;

/** Runs that a repository may have read in any sweep, however many others share the budget. */
const LEAST_RUNS = 20;

export interface RotationOptions {
  /** Repositories in lower case and when they were last read to the end, milliseconds since the epoch. */
  readonly readTimes: ReadonlyMap<string, number>;
  /** Calls that a sweep may spend on repositories. */
  readonly budget: number;
}

/**
 * Chooses which repositories a sweep reads, so that any number of them stays inside a budget of calls: the active ones
 * always, then those that have waited longest, as many as the rest of the budget pays for. In time all of them.
 */
export class RepositoryRotation {
  readonly #readTimes: Map<string, number>;
  #left: number;
  /** What of `left` is kept for repositories that come after those of this phase. */
  #reserve = 0;
  /** Repositories of this phase that are still to be read. */
  #waiting = 0;

  constructor({ readTimes, budget }: RotationOptions) {
    this.#readTimes = new Map(readTimes);
    this.#left = budget;
  }

  /** The active ones, those that waited longest first. Each is read, as far as its share goes. */
  *active(targets: readonly string[], isActive: (repository: string) => boolean): Generator<string> {
    const names = this.#byWait(targets.filter(isActive));
    this.#reserve = names.length < targets.length ? this.#left * (1 - ACTIVE_SHARE) : 0;
    this.#waiting = names.length;
    for (const name of names) {
      this.spend(CALLS_PER_REPOSITORY);
      yield name;
    }
  }

  /** The others, as long as the budget pays for one more. */
  *rest(targets: readonly string[], isActive: (repository: string) => boolean): Generator<string> {
    const names = this.#byWait(targets.filter((each) => !isActive(each)));
    this.#reserve = 0;
    this.#waiting = names.length;
    for (const name of names) {
      if (this.#left < CALLS_PER_REPOSITORY) return;
      this.spend(CALLS_PER_REPOSITORY);
      yield name;
    }
  }

  /** How many runs the repository that was yielded last may have read: its part of what is left. */
  share(): number {
    const share = Math.floor((this.#left - this.#reserve) / Math.max(1, this.#waiting));
    this.#waiting -= 1;
    return Math.max(LEAST_RUNS, share);
  }

  /** What a reading cost beyond `CALLS_PER_REPOSITORY`. */
  spend(calls: number): void {
    this.#left -= calls;
  }

  noteRead(repository: string, atMs: number): void {
    this.#readTimes.set(repository.toLowerCase(), atMs);
  }

  /** Since when all of them have been read, milliseconds since the epoch; null while one never was. */
  allReadSinceMs(targets: readonly string[]): number | null {
    const times = targets.map((name) => this.#readTimes.get(name.toLowerCase()) ?? null);
    return times.reduce<number | null>(
      (oldest, time) => (oldest === null || time === null ? null : Math.min(oldest, time)),
      Number.MAX_SAFE_INTEGER,
    );
  }

  /** Never read first, in the order given: the most recently pushed of an organization lead it. */
  #byWait(targets: readonly string[]): readonly string[] {
    const timeOf = (name: string): number => this.#readTimes.get(name.toLowerCase()) ?? 0;
    return targets.toSorted((a, b) => timeOf(a) - timeOf(b));
  }
}
