import { expect, test } from "vitest";

import { isWorse, quantile, quartiles } from "./quartiles.ts";

test("quartiles lie between neighbours in proportion, in whatever order the values come", () => {
  expect(quartiles([5, 1, 3, 2, 4])).toEqual({ lower: 2, median: 3, upper: 4 });
  expect(quartiles([4, 1])).toEqual({ lower: 1.75, median: 2.5, upper: 3.25 });
  expect(quartiles([7])).toEqual({ lower: 7, median: 7, upper: 7 });
  expect([quantile([1, 2, 3], 0), quantile([1, 2, 3], 1), quantile([], 0.5)]).toEqual([1, 3, Number.NaN]);
});

test("a bench fails only for what got worse by more than the noise of both runs", () => {
  const before = quartiles([0.9, 1, 1.1]);
  expect(isWorse(quartiles([1.0, 1.2, 1.4]), before)).toBe(true);
  expect(isWorse(quartiles([0.9, 1.2, 1.5]), before)).toBe(false);
  expect(isWorse(before, before)).toBe(false);
  expect(isWorse(quartiles([0.1, 0.2, 0.3]), before)).toBe(false);
});
