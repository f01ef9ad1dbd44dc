import { describe, expect, test } from "vitest";

import type { CheckResult } from "../../../../agent/doctor/check/check.ts";
import { seeded } from "../../../stand-ins/time/random.ts";
import { TROUBLED_WORLDS } from "./troubled-worlds.ts";
import { HEALTHY_WORLDS } from "./healthy-worlds.ts";

const SEEDS = [1, 2, 3];

const told = (results: readonly CheckResult[], ...statuses: readonly string[]): readonly string[] =>
  results
    .filter(({ status }) => statuses.includes(status))
    .map(({ id, status, summary, remedy = "" }) => `${status} ${id}: ${summary} → ${remedy}`);

test("there are at least fifteen causes, and at least sixty worlds", () => {
  expect(new Set(TROUBLED_WORLDS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(15);
  expect(TROUBLED_WORLDS.length * SEEDS.length).toBeGreaterThanOrEqual(60);
});

describe.each(TROUBLED_WORLDS)("$name", ({ check, status, remedy, doctor }) => {
  test.each(SEEDS)("promise 19: the doctor is not green, and says what helps (seed %i)", async (seed) => {
    const results = await doctor(seeded(seed));
    const finding = results.find(({ id }) => id === check);
    expect(finding?.status, told(results, "warn", "fail").join("\n")).toBe(status);
    expect(finding?.remedy ?? "").toMatch(remedy);
    expect(told(results, "warn", "fail"), "one fault, one finding").toHaveLength(1);
  });
});

describe.each(HEALTHY_WORLDS)("$name", ({ mayWarn, doctor }) => {
  test.each(SEEDS)("promise 19: it needs nobody, and the doctor does not fail (seed %i)", async (seed) => {
    const results = await doctor(seeded(seed));
    expect(told(results, "fail", "skip")).toEqual([]);
    if (!mayWarn) expect(told(results, "warn")).toEqual([]);
  });
});
