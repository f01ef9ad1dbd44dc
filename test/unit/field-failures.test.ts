import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

/** Failures that others had in the field, by area: E edge and signature, D dedup and durability, L link, X across, O operations. */
const ROWS = [...ids("E", 1, 12), ...ids("D", 1, 13), ...ids("L", 1, 12), ...ids("X", 2, 4), ...ids("O", 1, 13)];

function ids(area: string, first: number, last: number): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, n) => `${area}${first + n}`);
}

const root = join(import.meta.dirname, "../..");

/** The ids that stand at the beginning of a test's or a group's name, or of a row's that becomes a test. */
function namedIds(): ReadonlySet<string> {
  const files = globSync(["test/**/*.{test,soak}.ts", "test/doctor/broken-*.ts"], { cwd: root });
  const texts = files.map((file) => readFileSync(join(root, file), "utf8"));
  const names = texts.flatMap((text) => [
    ...text.matchAll(/(?:(?:[tT]est|describe|\))\(|\bname: |\brow\(.*)\s*["'`]((?:[A-Z]\d+ )+)/g),
  ]);
  return new Set(names.flatMap(([, found = ""]) => found.trim().split(" ")));
}

test.each(ROWS)("the field failure %s has a test that carries its id", (id) => {
  expect(namedIds()).toContain(id);
});

test("a row that nobody tests would be found", () => {
  expect(namedIds()).not.toContain("E99");
});
