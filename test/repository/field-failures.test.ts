import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

/** Failures that others had in the field, by area: E edge and signature, C controller, D dedup and durability, G GitHub and sweeps, L link, N Docker and NAS, O operations, X across. */
const ROWS = [
  ...ids("E", 1, 12),
  ...ids("D", 1, 13),
  ...ids("L", 1, 12),
  ...ids("N", 1, 22),
  ...ids("C", 1, 23),
  ...ids("G", 1, 15),
  ...ids("O", 1, 13),
  ...ids("X", 1, 5),
];

function ids(area: string, first: number, last: number): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, n) => `${area}${first + n}`);
}

const root = join(import.meta.dirname, "../..");

/** The ids that stand at the beginning of a test's or a group's name, or of a row's that becomes a test. */
function namedIds(): ReadonlySet<string> {
  const files = globSync(["test/**/{*.test,*.soak,*-suite}.ts", "test/doctor/broken-*.ts"], { cwd: root });
  const texts = files.map((file) => readFileSync(join(root, file), "utf8"));
  const names = texts.flatMap((text) => [
    ...text.matchAll(/(?:(?:[tT]est|describe|\))\(|\bname: |\brow\(.*)\s*["'`]((?:[A-Z]\d+[,:]? (?:and )?)+)/g),
  ]);
  return new Set(names.flatMap(([, found = ""]) => found.match(/[A-Z]\d+/g) ?? []));
}

test.each(ROWS)("the field failure %s has a test that carries its id", (id) => {
  expect(namedIds()).toContain(id);
});

test("a row that nobody tests would be found", () => {
  expect(namedIds()).not.toContain("E99");
});
