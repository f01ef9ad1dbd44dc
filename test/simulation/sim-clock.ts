import type { CancelTimer, Clock } from "../../shared/clock/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
  cancelled: boolean;
}

/** The one clock of a simulated world. Time moves from timer to timer, and only in `step`. */
export class SimClock implements Clock {
  #nowMs: number;
  /** How far the wall clock of the machine at home was set against the world's. */
  #setByMs = 0;
  #order = 0;
  /** The next one last. */
  readonly #timers: Timer[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** The clock of the machine at home: the same time, set by as much as `setHome` has added up to. */
  get home(): Clock {
    return {
      now: () => this.#nowMs + this.#setByMs,
      monotonicMs: () => this.#nowMs,
      after: (delayMs, fire) => this.after(delayMs, fire),
    };
  }

  setHome(byMs: number): void {
    this.#setByMs += byMs;
  }

  after(delayMs: number, fire: () => void): CancelTimer {
    // Clocks tell whole milliseconds, and timers are never early.
    const atMs = this.#nowMs + Math.max(0, Math.ceil(delayMs));
    const timer: Timer = { atMs, order: this.#order++, fire, cancelled: false };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.atMs ?? 0) > timer.atMs) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Resolves after `delayMs` of virtual time. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** Moves to the next timer that is due by `untilMs`, fires it and lets all promise reactions run; false if none is. */
  async step(untilMs: number): Promise<boolean> {
    for (;;) {
      const timer = this.#timers.at(-1);
      if (timer === undefined || timer.atMs > untilMs) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return false;
      }
      this.#timers.pop();
      if (timer.cancelled) continue;
      this.#nowMs = timer.atMs;
      timer.fire();
      await settle();
      return true;
    }
  }
}

/** Lets all promise reactions run that are due by now. */
export function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
