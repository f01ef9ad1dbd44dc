import * as z from "zod/mini";
import { DAY_NAMES, type Schedule } from "../schedule/schedule-entry.ts";
import { isTimeZone } from "../schedule/wall-time.ts";
import type { ConfigPath } from "./config-path.ts";
import { described, textLike, wholeNumber } from "./fields.ts";
import type { FleetFinding } from "./finding.ts";

const MOST_ENTRIES = 50;
const DAYS_RULE = "must name days as mon-fri, sat or sat,sun; left out for every day";
const NO_ZONE = "must be a time zone of the IANA database, such as Europe/Berlin";

const clockTime = (last: RegExp, rule: string) =>
  z.pipe(
    textLike(last, rule),
    z.transform((text: string) => {
      const [hours = 0, minutes = 0] = text.split(":").map(Number);
      return hours * 60 + minutes;
    }),
  );

/** What an entry of a pool's schedule may say. */
const scheduleEntryShape = {
  days: described(
    z.optional(
      z.pipe(
        z.string({ error: DAYS_RULE }).check(z.refine((text) => daysOf(text) !== null, { error: DAYS_RULE })),
        z.transform((text: string) => daysOf(text) ?? []),
      ),
    ),
    "Days on which it begins: mon-fri, sat or sat,sun; every day if absent",
  ),
  from: described(
    clockTime(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "a time in quotes such as '22:00'"),
    "When it begins, such as '22:00'. A time that the clock leaves out begins at the next that it shows; of one that it shows twice the first counts",
  ),
  to: described(
    clockTime(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, "a time in quotes such as '07:00', up to '24:00'"),
    "When it ends, such as '07:00'; the next day where that is not after from",
  ),
  timeZone: described(
    z.string({ error: NO_ZONE }).check(z.refine(isTimeZone, { error: NO_ZONE })),
    "Time zone of these times, such as Europe/Berlin",
  ),
  min: described(
    z.optional(wholeNumber(0, 1000)),
    "Slots kept warm in these hours; they are started two minutes ahead",
  ),
  max: described(
    z.optional(wholeNumber(0, 1000)),
    "Slots that may exist in these hours; 0 starts none. Jobs that run go on",
  ),
};

const entrySchema = z.strictObject(scheduleEntryShape);
type StatedEntry = z.output<typeof entrySchema>;

export const scheduleField = () =>
  z.optional(
    z.array(entrySchema).check(z.maxLength(MOST_ENTRIES, { error: `must not have more than ${MOST_ENTRIES}` })),
  );

/** The schedule under names that say their units; nothing for a pool without one. */
export function scheduleOf(stated: readonly StatedEntry[] | undefined): { readonly schedule?: Schedule } {
  if (stated === undefined || stated.length === 0) return {};
  const schedule = stated.map(({ days, from, to, timeZone, min, max }) => ({
    days: days ?? DAY_NAMES.map((_, day) => day),
    fromMinute: from,
    toMinute: to,
    timeZone,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  }));
  return { schedule };
}

/** Entries that change nothing, or keep more warm than they let be. */
export function scheduleFindings(
  at: ConfigPath,
  stated: readonly StatedEntry[] | undefined,
  poolMax: number | undefined,
): FleetFinding[] {
  return (stated ?? []).flatMap(({ min, max }, index): FleetFinding[] => {
    const place = [...at, "schedule", index];
    if (min === undefined && max === undefined) return [{ at: place, message: "changes nothing; give it min or max" }];
    const most = max ?? poolMax;
    if (min === undefined || most === undefined || min <= most) return [];
    return [{ at: [...place, "min"], message: `must not be above the maximum of these hours, which is ${most}` }];
  });
}

/** `mon-fri,sun` as days of the week in their order; null for anything else. */
function daysOf(text: string): readonly number[] | null {
  const found = new Set<number>();
  for (const part of text.toLowerCase().split(/\s*,\s*/)) {
    const [first = -1, last = first, ...more] = part
      .split("-")
      .map((name) => DAY_NAMES.findIndex((day) => day === name));
    if (first < 0 || last < 0 || more.length > 0) return null;
    for (let day = first; ; day = (day + 1) % DAY_NAMES.length) {
      found.add(day);
      if (day === last) break;
    }
  }
  return [...found].toSorted((a, b) => a - b);
}
