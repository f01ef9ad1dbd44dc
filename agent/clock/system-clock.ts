import type { Clock } from "../../shared/clock/clock.ts";

/** The machine's clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: Date.now,
  monotonicMs: () => performance.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, Math.min(Math.max(0, delayMs), 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};
