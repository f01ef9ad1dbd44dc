import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface PromiseRow {
  readonly number: number;
  /** Folders of tests, as the page names them. */
  readonly heldBy: readonly string[];
}

/** The table of the promises, on whichever page it stands. */
function promiseRows(): readonly PromiseRow[] {
  const page = globSync("docs/*.md", { cwd: root }).find((name) => read(name).includes("| # | promise | held by |"));
  const table = read(page ?? "docs/architecture.md").split("| # | promise | held by |")[1] ?? "";
  return [...table.matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm)].map(([, number, heldBy = ""]) => ({
    number: Number(number),
    heldBy: [...heldBy.matchAll(/`(test\/[^`]+)`/g)].map(([, folder = ""]) => folder),
  }));
}

/** The numbers that names of tests below a folder carry: `promise 5`, `promises 3 and 6`, `promises 1 to 3`. */
function numbersBelow(folder: string): ReadonlySet<number> {
  const files = globSync(`${folder}/**/{*.test,*.soak,*-suite,directed}.ts`, { cwd: root });
  const lists = files.flatMap((file) => [
    ...read(file).matchAll(/["`(][^"`\n]*?\bpromises? (\d+(?:(?:, | and | to )\d+)*)/g),
  ]);
  return new Set(lists.flatMap(([, list = ""]) => numbersOf(list)));
}

function numbersOf(list: string): readonly number[] {
  return list.split(/, | and /).flatMap((part) => {
    const [first = 0, last = first] = part.split(" to ").map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

const rows = promiseRows();

test("the promises are counted through", () => {
  expect(rows.length).toBeGreaterThanOrEqual(14);
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, n) => n + 1));
});

test.each(rows)("promise $number is carried by a test in each folder that is said to hold it", ({ number, heldBy }) => {
  expect(heldBy).not.toEqual([]);
  for (const folder of heldBy) expect([...numbersBelow(folder)], folder).toContain(number);
});
