import type { Clock } from "../../shared/clock/clock.ts";

/** A clock that was set, or a machine that slept; less is the clock being steered, which spans may feel. */
export const CLOCK_SET_MS = 2000;

/** How far the wall clock is ahead of the monotonic one, milliseconds: it changes only when somebody sets the clock. */
export function clockAheadMs(clock: Clock): number {
  return clock.now() - clock.monotonicMs();
}

/** The wall-clock time of an instant on the monotonic clock, by the wall clock as it is now: whole milliseconds. */
export function wallTimeMs(clock: Clock, monotonicMs: number): number {
  return Math.round(monotonicMs + clockAheadMs(clock));
}
