import type { Schedule, ScheduleEntry } from "./schedule-entry.ts";
import { dayAt, instantOf } from "./wall-time.ts";

/** Which entry of a schedule holds at a moment, and when another will. */
export interface Scheduled {
  /** Null where the pool's own numbers hold. */
  readonly entry: ScheduleEntry | null;
  /** When that changes, milliseconds since the epoch; null for never. */
  readonly untilMs: number | null;
  /** What holds from then on. */
  readonly next: ScheduleEntry | null;
}

interface Span {
  readonly entry: ScheduleEntry;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What changes at all changes within a week, or in the next where a change of the clock leaves the hours of this one out; a
 * day more, since some days have 25 hours.
 */
const HORIZON_MS = 15 * 24 * 60 * 60_000;
/** All that may hold until then: the two days before are for what began before midnight, in whatever zone. */
const FIRST_DAY = -2;
const LAST_DAY = 17;

interface Known {
  readonly sinceMs: number;
  readonly scheduled: Scheduled;
}

const known = new WeakMap<Schedule, Known>();

/** Which entry holds at `nowMs`; the last in the list of several. It is worked out once for as long as it stays so. */
export function scheduledAt(schedule: Schedule, nowMs: number): Scheduled {
  const before = known.get(schedule);
  if (before !== undefined && before.sinceMs <= nowMs && nowMs < (before.scheduled.untilMs ?? Infinity))
    return before.scheduled;
  const scheduled = workOut(schedule, nowMs);
  known.set(schedule, { sinceMs: nowMs, scheduled });
  return scheduled;
}

function workOut(schedule: Schedule, nowMs: number): Scheduled {
  const spans = schedule.flatMap((entry) => spansOf(entry, nowMs));
  const at = (ms: number): ScheduleEntry | null =>
    spans.findLast(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)?.entry ?? null;
  const entry = at(nowMs);
  const changes = spans
    .flatMap(({ fromMs, toMs }) => [fromMs, toMs])
    .filter((ms) => ms > nowMs && ms <= nowMs + HORIZON_MS);
  const untilMs = changes.toSorted((a, b) => a - b).find((ms) => at(ms) !== entry) ?? null;
  return { entry, untilMs, next: untilMs === null ? entry : at(untilMs) };
}

/** The hours of an entry around now. Those that a change of the clock leaves out altogether are none. */
function spansOf(entry: ScheduleEntry, nowMs: number): readonly Span[] {
  const { days, fromMinute, toMinute, timeZone } = entry;
  const today = dayAt(nowMs, timeZone);
  const spans: Span[] = [];
  for (let ahead = FIRST_DAY; ahead <= LAST_DAY; ahead += 1) {
    const date = { ...today, day: today.day + ahead };
    if (!days.includes(new Date(Date.UTC(date.year, date.month, date.day)).getUTCDay())) continue;
    const last = toMinute > fromMinute ? date : { ...date, day: date.day + 1 };
    const [fromMs, toMs] = [instantOf(date, fromMinute, timeZone), instantOf(last, toMinute, timeZone)];
    if (fromMs < toMs) spans.push({ entry, fromMs, toMs });
  }
  return spans;
}
