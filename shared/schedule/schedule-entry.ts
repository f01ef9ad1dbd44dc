/** Hours in which a pool holds other numbers of slots. */
export interface ScheduleEntry {
  /** Days on which it begins, as `Date.getUTCDay` counts them: 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight by the clock on the wall, up to 1440. */
  readonly fromMinute: number;
  /** The same; one that does not come after `fromMinute` is of the next day. */
  readonly toMinute: number;
  /** Name of the zone in the IANA database. */
  readonly timeZone: string;
  /** Slots kept warm in these hours; the pool's own where it is absent. */
  readonly min?: number;
  /** Slots that may be started in these hours; the pool's own where it is absent. */
  readonly max?: number;
}

/** Later entries win. */
export type Schedule = readonly ScheduleEntry[];

export const DAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** An entry in the words of the file, for people. */
export function describeEntry({ days, fromMinute, toMinute, timeZone, min, max }: ScheduleEntry): string {
  const on = days.length === DAY_NAMES.length ? "daily" : days.map((day) => DAY_NAMES[day]).join(",");
  const bounds = [...(min === undefined ? [] : [`min ${min}`]), ...(max === undefined ? [] : [`max ${max}`])];
  return `${on} ${clockText(fromMinute)}-${clockText(toMinute)} ${timeZone}: ${bounds.join(", ")}`;
}

function clockText(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
