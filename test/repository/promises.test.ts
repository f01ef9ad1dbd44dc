import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { read, root } from "./files.ts";

interface PromiseRow {
  readonly number: number;
  /** Files of tests, as the page names them. */
  readonly heldBy: readonly string[];
}

const [, held = "", missing = ""] = read("docs/promises.md").split(/\| # \| (?:promise \| held by|missing) \|/);

const rows: readonly PromiseRow[] = [...held.matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm)].map(
  ([, number, heldBy = ""]) => ({
    number: Number(number),
    heldBy: [...heldBy.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file),
  }),
);

/** The numbers that names of tests in a file carry: `promise 5`, `promises 3 and 6`, `promises 1 to 3`. */
function numbersIn(file: string): ReadonlySet<number> {
  const lists = read(file).matchAll(/["`(][^"`\n]*?\bpromises? (\d+(?:(?:, | and | to )\d+)*)/g);
  return new Set([...lists].flatMap(([, list = ""]) => numbersOf(list)));
}

function numbersOf(list: string): readonly number[] {
  return list.split(/, | and /).flatMap((part) => {
    const [first = 0, last = first] = part.split(" to ").map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

test("the page has all twenty promises, each kept by a test or named as not kept", () => {
  expect(rows.length).toBeGreaterThanOrEqual(19);
  const open = [...missing.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number));
  expect(open.length).toBeGreaterThan(0);
  const named = new Set([...rows.map(({ number }) => number), ...open]);
  expect([...named].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  expect(rows.map(({ number }) => number)).toEqual(rows.map(({ number }) => number).toSorted((a, b) => a - b));
});

test.each(rows)("promise $number is carried by a test in each file that is said to hold it", ({ number, heldBy }) => {
  expect(heldBy).not.toEqual([]);
  for (const file of heldBy) {
    expect(file).toMatch(/\.ts$/);
    expect(existsSync(join(root, file)), file).toBe(true);
    expect([...numbersIn(file)], file).toContain(number);
  }
});
