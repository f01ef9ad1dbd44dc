import type { CancelTimer, Clock } from "../../../shared/clock/clock.ts";

interface VirtualTimer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Time that moves only when a test says so. Starts at a fixed instant, so that a run repeats. */
export class VirtualClock implements Clock {
  #nowMs: number;
  /** How far the wall clock was set against the time that went by. */
  #setByMs = 0;
  #order = 0;
  readonly #timers = new Set<VirtualTimer>();

  constructor(startMs = Date.UTC(2026, 10, 2, 8, 0, 0)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs + this.#setByMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Sets the wall clock, forward or back; no time goes by. */
  set(byMs: number): void {
    this.#setByMs += byMs;
  }

  after(delayMs: number, fire: () => void): CancelTimer {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers wait to fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer fires, or null when none waits. */
  get nextAtMs(): number | null {
    const next = this.#next();
    return next === undefined ? null : next.atMs + this.#setByMs;
  }

  /**
   * Moves time on by `ms`, firing every timer that comes due in order, those included that a fired timer sets.
   * Between two timers all promise reactions run, so that code that awaits sees each step by itself.
   * Waits for nothing outside this process: after an answer that comes over a socket, advance again.
   */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let timer = this.#next(); timer !== undefined && timer.atMs <= untilMs; timer = this.#next()) {
      this.#timers.delete(timer);
      this.#nowMs = timer.atMs;
      timer.fire();
      await settle();
    }
    this.#nowMs = untilMs;
    await settle();
  }

  /**
   * Moves time from timer to timer until the work is done, and gives its outcome. For work that waits on this clock
   * and on sockets in turn; the test's own deadline ends one that never does.
   */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const finish = (): void => {
      state.done = true;
    };
    work.then(finish, finish);
    while (!state.done) {
      const next = this.#next();
      await this.advance(next === undefined ? 0 : next.atMs - this.#nowMs);
    }
    return work;
  }

  #next(): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order))
        next = timer;
    }
    return next;
  }
}

/** Lets all promise reactions run that are due by now. */
function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
