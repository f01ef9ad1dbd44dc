import type { CancelTimer, Clock } from "../../../shared/clock/clock.ts";
import { lanes } from "./lanes.ts";

/** Before the checks' own deadline, so that one of them tells of the silence and the others are skipped. */
export const READINGS_END_MS = 8000;

export interface ReadingsOptions {
  readonly clock: Clock;
  /** At the same time. */
  readonly most: number;
  /** What a reading ends with that takes longer than READINGS_END_MS after the first. */
  readonly late: () => Error;
}

/** Readings that several checks share: each is made at most once, a bounded number of them at the same time. */
export class Readings {
  readonly #abort = new AbortController();
  readonly #cancel: CancelTimer;
  readonly #inLane: <T>(work: () => Promise<T>) => Promise<T>;
  readonly #made = new Map<string, Promise<unknown>>();

  constructor({ clock, most, late }: ReadingsOptions) {
    this.#inLane = lanes(most);
    this.#cancel = clock.after(READINGS_END_MS, () => this.#abort.abort(late()));
  }

  /** Ends what is still under way; nobody waits for it any more. */
  close(): void {
    this.#cancel();
    this.#abort.abort();
  }

  /** The reading of that name, made by `read` when it is asked for first; a failure is shared like a value. */
  get<T>(name: string, read: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const known = this.#made.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = this.#inLane(() => read(this.#abort.signal));
    // Whoever asked sees the failure; a reading that nobody waits for any more must not end the process.
    made.catch(() => undefined);
    this.#made.set(name, made);
    return made;
  }
}
