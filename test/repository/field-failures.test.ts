import { expect, test } from "vitest";

import { filesAt, read } from "./files.ts";

const TRIED = [
  ...[1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 20, 21, 22, 24, 25, 26, 27, 28, 29, 32, 33].map((n) => `F${n}`),
  ...[1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 14, 15, 17, 19, 20, 21].map((n) => `H${n}`),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((n) => `C-${n}`),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `E-${n}`),
];

/** Failures that others had in the field, by area: E edge and signature, C controller, D dedup and durability, G GitHub and sweeps, L link, N Docker and NAS, O operations, X across; then cases that were tried on the first release: F GitHub, H the host, C- the controller, E- the edge. */
const ROWS = [
  ...ids("E", 1, 12),
  ...ids("D", 1, 13),
  ...ids("L", 1, 12),
  ...ids("N", 1, 22),
  ...ids("C", 1, 23),
  ...ids("G", 1, 15),
  ...ids("O", 1, 13),
  ...ids("X", 1, 5),
  ...TRIED,
];

function ids(area: string, first: number, last: number): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, n) => `${area}${first + n}`);
}

/** The ids that stand at the beginning of a test's or a group's name, or of a row's that becomes a test. */
function namedIds(): ReadonlySet<string> {
  const files = filesAt(
    "test/**/{*.test,*.soak,*-suite}.ts",
    "test/agent/doctor/broken-*.ts",
    "test/agent/doctor/daemon/*-worlds.ts",
  );
  const texts = files.map(read);
  const names = texts.flatMap((text) => [
    ...text.matchAll(
      /(?:(?:[tT]est|describe|\))\(|\b(?:name|title): |\brow\(.*)\s*["'`]((?:[A-Z]-?\d+[,:]? (?:and )?)+)/g,
    ),
  ]);
  return new Set(names.flatMap(([, found = ""]) => found.match(/[A-Z]-?\d+/g) ?? []));
}

const NAMED = namedIds();

test.each(ROWS)("the field failure %s has a test that carries its id", (id) => {
  expect(NAMED).toContain(id);
});

test("a row that nobody tests would be found", () => {
  expect(NAMED).not.toContain("E99");
});
