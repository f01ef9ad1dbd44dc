import type { Pool } from "../fleet/pool.ts";
import { scheduledAt } from "../schedule/scheduled-at.ts";
import type { ScheduleEntry } from "../schedule/schedule-entry.ts";

/** Warm runners of an hour are started so long before it, as far as the hours before let them. */
export const WARM_AHEAD_MS = 2 * 60_000;

/** How many slots a pool may hold at a moment, by its own numbers or its schedule. */
export interface PoolLimits {
  /** Slots kept warm. */
  readonly min: number;
  /** Slots that may be started. */
  readonly max: number;
  /** Whether an entry of the schedule holds. */
  readonly scheduled: boolean;
  /** When other numbers hold, milliseconds since the epoch; null for never. */
  readonly untilMs: number | null;
  /** When to plan again because of it; null for never. */
  readonly wakeAtMs: number | null;
}

/** The numbers of a pool at `nowMs`. Where its schedule changes soon, it is warm ahead of that. */
export function limitsAt({ scaling, schedule }: Pick<Pool, "scaling" | "schedule">, nowMs: number): PoolLimits {
  if (schedule === undefined)
    return { min: scaling.min, max: scaling.max, scheduled: false, untilMs: null, wakeAtMs: null };
  const { entry, untilMs, next } = scheduledAt(schedule, nowMs);
  const max = entry?.max ?? scaling.max;
  const own = (each: ScheduleEntry | null): number => each?.min ?? scaling.min;
  const soonMs = untilMs === null ? null : untilMs - WARM_AHEAD_MS;
  const isSoon = soonMs !== null && nowMs >= soonMs;
  const nextMin = Math.min(own(next), next?.max ?? scaling.max);
  const min = Math.min(max, isSoon ? Math.max(own(entry), nextMin) : own(entry));
  return { min, max, scheduled: entry !== null, untilMs, wakeAtMs: isSoon ? untilMs : soonMs };
}
