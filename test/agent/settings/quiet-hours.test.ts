import { expect, test } from "vitest";

import { isQuietAt, readQuietHours } from "../../../agent/settings/quiet-hours.ts";

const at = (time: string): number => Date.parse(`2026-07-01T${time}:00Z`);

test.each([
  ["22:00-07:00", "21:59", false],
  ["22:00-07:00", "22:00", true],
  ["22:00-07:00", "00:00", true],
  ["22:00-07:00", "07:00", false],
  ["12:00-13:30", "13:29", true],
  ["12:00-13:30", "13:30", false],
])("%s at %s is quiet: %s", (text, time, quiet) => {
  const hours = readQuietHours(text);
  expect(hours !== null && isQuietAt(hours, at(time), "UTC")).toBe(quiet);
});

test("the hours are those of the household's time zone", () => {
  const hours = readQuietHours("22:00-07:00");
  expect(hours !== null && isQuietAt(hours, at("20:30"), "Europe/Berlin")).toBe(true);
});

test.each(["22-7", "24:00-07:00", "22:00", "22:00–07:00", ""])("%j is no span of hours", (text) => {
  expect(readQuietHours(text)).toBeNull();
});
