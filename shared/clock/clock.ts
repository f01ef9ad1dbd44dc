/** Ends a timer that has not fired yet; calling it twice is harmless. */
export type CancelTimer = () => void;

/**
 * Time as the code sees it. Everything that waits or stamps takes one of these, so that a test or a
 * simulation can run it in virtual time.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch: for people, for GitHub's stamps and across processes. It may be set, by hours. */
  now(): number;
  /** Milliseconds since some instant, never set: for every span inside one process. */
  monotonicMs(): number;
  /** Calls `fire` once, `delayMs` from now, unless cancelled before. */
  after(delayMs: number, fire: () => void): CancelTimer;
}

/** A source of randomness in `[0, 1)`; injected so that a seed repeats a run. */
export type Random = () => number;
