import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { MUTATIONS } from "./all-mutations.ts";
import { SUITES } from "./suites.ts";

const root = join(import.meta.dirname, "../..");

test.each(MUTATIONS)("$breaks: it can still be made, in one place, and names who finds it", (mutation) => {
  const { file, search, replace, foundBy } = mutation;
  expect(readFileSync(join(root, file), "utf8").split(search)).toHaveLength(2);
  expect(replace).not.toBe(search);
  expect(foundBy.length).toBeGreaterThan(0);
  for (const suite of foundBy) expect(SUITES).toHaveProperty(suite);
});
