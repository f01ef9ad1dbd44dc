const DAY_MS = 24 * 60 * 60_000;

/** A day of the calendar; months count from 0, and a day beyond the month is one of the next, as in `Date.UTC`. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws {RangeError} for a zone that the IANA database does not have. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", second: "numeric", ...fields });
  formats.set(timeZone, format);
  return format;
}

/** Whether the runtime knows the zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return formatOf(timeZone) !== null;
  } catch {
    return false;
  }
}

/** What the clock on the wall shows, as milliseconds since the epoch of a clock in UTC that shows the same. */
function wallMs(atMs: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(atMs);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  const second = Math.floor(atMs / 1000) * 1000;
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) + (atMs - second);
}

/** The day that the calendar on the wall shows. */
export function dayAt(atMs: number, timeZone: string): CalendarDay {
  const wall = new Date(wallMs(atMs, timeZone));
  return { year: wall.getUTCFullYear(), month: wall.getUTCMonth(), day: wall.getUTCDate() };
}

/**
 * When the clock on the wall shows so many minutes after midnight, in milliseconds since the epoch: the first of the two
 * where it shows them twice, and the moment of the change where the change leaves them out.
 */
export function instantOf({ year, month, day }: CalendarDay, minute: number, timeZone: string): number {
  const wanted = Date.UTC(year, month, day, 0, minute);
  const offsetAt = (atMs: number): number => wallMs(atMs, timeZone) - atMs;
  const offsets = [offsetAt(wanted - DAY_MS), offsetAt(wanted + DAY_MS)];
  const exact = offsets.map((offset) => wanted - offset).filter((atMs) => wallMs(atMs, timeZone) === wanted);
  if (exact.length > 0) return Math.min(...exact);
  let before = wanted - Math.max(...offsets);
  let after = wanted - Math.min(...offsets);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallMs(middle, timeZone) < wanted) before = middle;
    else after = middle;
  }
  return after;
}
