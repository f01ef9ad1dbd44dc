import type { Clock } from "../../shared/clock/clock.ts";
import type { Logger } from "../../shared/log/logger.ts";

/** Fewer at a time end a burst later on two cores, and hardly begin it sooner. */
const LEAST = 6;
/** So many times what an engine works on at once are under way: it must not wait for us. */
const AHEAD = 3;
/** Starts that take this many times as long as alone are in each other's way. */
const CROWDED = 2;
/** A mean of fewer says little of disks that take half a second or three. */
const ALONE = { least: 3, most: 8 };
/** Starts that are judged together. */
const TOGETHER = { least: 4, most: 20 };
/** From here on there is no bound. */
const BOUNDLESS = 64;
/** Nobody waits longer for a start that hangs. */
const HELD_MS = 10_000;

/**
 * How many containers of one engine start at a time. Without a bound, until starts together have taken much longer than
 * alone: then about what the engine gets done in the time of one start, thrice over. Where starts do not crowd each other
 * the bound doubles until it is none. A start that nobody is before goes through at once.
 */
export class StartPace {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #waiting: ((leave: () => void) => void)[] = [];
  #bound = Number.POSITIVE_INFINITY;
  #underWay = 0;
  /** How long the last starts took that had the engine to themselves. */
  #aloneMs: number[] = [];
  /** The starts that are judged next: since when, how many are done, and how long they took in all. */
  #judged = { sinceMs: 0, starts: 0, totalMs: 0, isAlone: true };

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** How many start at a time; infinite where there is no bound. */
  get bound(): number {
    return this.#bound;
  }

  /** Does the work of one start once there is a place for it. Rejects as it does, or with the signal's reason. */
  async run<T>(start: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const leave = this.#underWay < this.#bound ? this.#enter() : await this.#turn(signal);
    const beganMs = this.#clock.monotonicMs();
    try {
      const done = await start();
      this.#learn(this.#clock.monotonicMs() - beganMs);
      return done;
    } finally {
      leave();
    }
  }

  /** Takes a place, and gives what gives it back, once. */
  #enter(): () => void {
    if (this.#underWay === 0) this.#judged = this.#fresh();
    else this.#judged.isAlone = false;
    this.#underWay += 1;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      late();
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#judge();
      this.#admit();
    };
    const late = Number.isFinite(this.#bound) ? this.#clock.after(HELD_MS, leave) : () => {};
    return leave;
  }

  #turn(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const go = (leave: () => void): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(leave);
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(go);
    });
  }

  #admit(): void {
    while (this.#underWay < this.#bound) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next(this.#enter());
    }
  }

  #fresh() {
    return { sinceMs: this.#clock.monotonicMs(), starts: 0, totalMs: 0, isAlone: true };
  }

  #learn(tookMs: number): void {
    this.#judged.starts += 1;
    this.#judged.totalMs += tookMs;
    if (this.#judged.starts >= TOGETHER.most) this.#judge();
  }

  #judge(): void {
    const { sinceMs, starts, totalMs, isAlone } = this.#judged;
    const overMs = this.#clock.monotonicMs() - sinceMs;
    this.#judged = { ...this.#fresh(), isAlone: false };
    if (isAlone && starts === 1) this.#aloneMs = [...this.#aloneMs, totalMs].slice(-ALONE.most);
    if (starts < TOGETHER.least || this.#aloneMs.length < ALONE.least || overMs <= 0) return;
    const aloneMs = this.#aloneMs.reduce((sum, ms) => sum + ms, 0) / this.#aloneMs.length;
    const isCrowded = totalMs / starts >= CROWDED * aloneMs;
    this.#take(isCrowded ? Math.max(LEAST, Math.round((AHEAD * starts * aloneMs) / overMs)) : this.#bound * 2);
  }

  #take(bound: number): void {
    const before = this.#bound;
    this.#bound = bound >= BOUNDLESS ? Number.POSITIVE_INFINITY : bound;
    if (this.#bound === before) return;
    this.#log.info("containers start as many at a time as serves the jobs soonest", {
      atOnce: Number.isFinite(this.#bound) ? this.#bound : null,
    });
    this.#admit();
  }
}
