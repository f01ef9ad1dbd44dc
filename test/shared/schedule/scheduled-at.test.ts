import { describe, expect, test } from "vitest";

import type { ScheduleEntry } from "../../../shared/schedule/schedule-entry.ts";
import { scheduledAt } from "../../../shared/schedule/scheduled-at.ts";
import { instantOf } from "../../../shared/schedule/wall-time.ts";

const HOUR_MS = 60 * 60_000;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

function entry(from: string, to: string, over: Partial<ScheduleEntry> = {}): ScheduleEntry {
  const minute = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const base = { days: EVERY_DAY, timeZone: "Europe/Berlin", max: 0 };
  return { ...base, fromMinute: minute(from), toMinute: minute(to), ...over };
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const at = (schedule: readonly ScheduleEntry[], time: string) => {
  const { entry: holds, untilMs } = scheduledAt(schedule, Date.parse(time));
  return [holds === null ? null : schedule.indexOf(holds), iso(untilMs)];
};

/** How long an entry holds from one time to another, asked every ten minutes. */
function heldMs(schedule: readonly ScheduleEntry[], from: string, to: string): number {
  let held = 0;
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += 600_000)
    if (scheduledAt([...schedule], ms).entry !== null) held += 600_000;
  return held;
}

test("hours that end before they begin reach into the next day, and belong to the day on which they begin", () => {
  const friday = [entry("22:00", "07:00", { days: [5] })];
  expect(at(friday, "2026-11-06T20:59:00Z")).toEqual([null, "2026-11-06T21:00:00.000Z"]);
  expect(at(friday, "2026-11-06T21:00:00Z")).toEqual([0, "2026-11-07T06:00:00.000Z"]);
  expect(at(friday, "2026-11-07T05:59:59Z")).toEqual([0, "2026-11-07T06:00:00.000Z"]);
  expect(at(friday, "2026-11-07T06:00:00Z")).toEqual([null, "2026-11-13T21:00:00.000Z"]);
});

test("of several entries the last one in the file holds, and its end gives way to the others", () => {
  const schedule = [entry("08:00", "20:00"), entry("12:00", "13:00", { max: 3 })];
  expect(at(schedule, "2026-11-06T10:30:00Z")).toEqual([0, "2026-11-06T11:00:00.000Z"]);
  expect(at(schedule, "2026-11-06T11:30:00Z")).toEqual([1, "2026-11-06T12:00:00.000Z"]);
  expect(at(schedule, "2026-11-06T12:00:00Z")).toEqual([0, "2026-11-06T19:00:00.000Z"]);
});

test("a whole day is from midnight to midnight, and days that follow each other are one", () => {
  expect(at([entry("00:00", "24:00")], "2026-11-06T11:00:00Z")).toEqual([0, null]);
  expect(at([entry("00:00", "00:00", { days: [6, 0] })], "2026-11-07T12:00:00Z")).toEqual([
    0,
    "2026-11-08T23:00:00.000Z",
  ]);
});

describe("daylight saving time begins: 2026-03-29 in Berlin, where 02:00 to 03:00 does not exist", () => {
  test("a night is an hour shorter", () => {
    expect(at([entry("22:00", "07:00")], "2026-03-28T23:00:00Z")).toEqual([0, "2026-03-29T05:00:00.000Z"]);
    expect(heldMs([entry("22:00", "07:00")], "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z")).toBe(8 * HOUR_MS);
  });

  test("hours that begin at a time that does not exist begin at the next that does", () => {
    expect(iso(instantOf({ year: 2026, month: 2, day: 29 }, 150, "Europe/Berlin"))).toBe("2026-03-29T01:00:00.000Z");
    expect(at([entry("02:30", "04:00")], "2026-03-29T00:59:00Z")).toEqual([null, "2026-03-29T01:00:00.000Z"]);
    expect(at([entry("02:30", "04:00")], "2026-03-29T01:00:00Z")).toEqual([0, "2026-03-29T02:00:00.000Z"]);
  });

  test("hours that lie in the gap are none", () => {
    expect(heldMs([entry("02:10", "02:50")], "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z")).toBe(0);
    expect(heldMs([entry("02:10", "02:50")], "2026-03-30T00:00:00Z", "2026-03-30T12:00:00Z")).toBe(40 * 60_000);
  });

  test("hours of one day a week that lie in the gap hold again a week later", () => {
    const sunday = [entry("02:10", "02:50", { days: [0] })];
    expect(at(sunday, "2026-03-22T02:00:00Z")).toEqual([null, "2026-04-05T00:10:00.000Z"]);
    expect(at(sunday, "2026-04-05T00:20:00Z")).toEqual([0, "2026-04-05T00:50:00.000Z"]);
  });
});

describe("daylight saving time ends: 2026-10-25 in Berlin, where 02:00 to 03:00 exists twice", () => {
  test("a night is an hour longer", () => {
    expect(heldMs([entry("22:00", "07:00")], "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toBe(10 * HOUR_MS);
  });

  test("hours that exist twice count once, the first of the two", () => {
    expect(iso(instantOf({ year: 2026, month: 9, day: 25 }, 150, "Europe/Berlin"))).toBe("2026-10-25T00:30:00.000Z");
    expect(at([entry("02:10", "02:50")], "2026-10-25T00:20:00Z")).toEqual([0, "2026-10-25T00:50:00.000Z"]);
    expect(at([entry("02:10", "02:50")], "2026-10-25T01:20:00Z")).toEqual([null, "2026-10-26T01:10:00.000Z"]);
    expect(heldMs([entry("02:10", "02:50")], "2026-10-25T00:00:00Z", "2026-10-25T12:00:00Z")).toBe(40 * 60_000);
  });
});

test.each([
  ["half an hour of change", "Australia/Lord_Howe", { year: 2026, month: 9, day: 4 }, 135, "2026-10-03T15:30:00.000Z"],
  ["a day that does not exist", "Pacific/Apia", { year: 2011, month: 11, day: 30 }, 720, "2011-12-30T10:00:00.000Z"],
  ["a change at midnight", "America/Santiago", { year: 2026, month: 8, day: 6 }, 15, "2026-09-06T04:00:00.000Z"],
])("the next time that exists is found for %s", (_name, timeZone, day, minute, expected) => {
  expect(iso(instantOf(day, minute, timeZone))).toBe(expected);
});

test("what holds is worked out once until it changes, and anew where the clock is set back", () => {
  const schedule = [entry("22:00", "07:00")];
  const first = scheduledAt(schedule, Date.parse("2026-11-06T22:00:00Z"));
  expect(scheduledAt(schedule, Date.parse("2026-11-07T05:00:00Z"))).toBe(first);
  expect(scheduledAt(schedule, Date.parse("2026-11-06T12:00:00Z")).entry).toBeNull();
  expect(scheduledAt(schedule, Date.parse("2026-11-07T06:00:00Z")).entry).toBeNull();
});
