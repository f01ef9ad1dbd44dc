import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { SPEC } from "./spec-text.ts";

const FOLDERS = [new URL("./", import.meta.url), new URL("../../simulation/", import.meta.url)];

function sourceOf(file: string): string {
  const folder = FOLDERS.find((each) => readdirSync(each).includes(file));
  return folder === undefined ? "" : readFileSync(new URL(file, folder), "utf8");
}

const invariants = SPEC.slice(SPEC.indexOf("## Invariants"))
  .split(/^\*\*(?=\d)/mu)
  .slice(1);
const enforcements = [...SPEC.matchAll(/^- `([\w.-]+\.test\.ts)`: (.+)$/gmu)].map(([, file = "", name = ""]) => ({
  file,
  name,
}));

test("each of the controller's promises has its invariant, and under each stands what enforces it", () => {
  expect(invariants.map((text) => Number.parseInt(text, 10))).toEqual([4, 5, 6, 7, 8, 9, 12]);
  for (const text of invariants) expect(text).toMatch(/^- `/mu);
});

test.each(enforcements)("the test that SPEC.md names is there: $name", ({ file, name }) => {
  expect(sourceOf(file)).toContain(name);
});
