import { existsSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { read, root } from "./files.ts";
import { importsOf } from "./import-rules.ts";

interface Step {
  readonly file: string;
  /** The file that both this one and one before it import, or that imports both. */
  readonly via: string | null;
}

/** The walks of a page, by their headings. */
function walksOf(page: string): ReadonlyMap<string, readonly Step[]> {
  const [part = ""] = (page.split("## Three walks\n")[1] ?? "").split("\n## ");
  const walks = [...part.matchAll(/^### (.*)\n\n([^]*?)\n(?=\n|$)/gm)];
  return new Map(walks.map(([, name = "", list = ""]) => [name, stepsOf(list)]));
}

function stepsOf(list: string): readonly Step[] {
  const steps = list.replaceAll("\n", " ").matchAll(/`([^`]+)`(?: via `([^`]+)`)?/g);
  return [...steps].map(([, file = "", via = null]) => ({ file, via }));
}

const imports = (from: string, to: string): boolean => importsOf(from, read(from)).includes(to);
const linked = (a: string, b: string): boolean => imports(a, b) || imports(b, a);

/** Whether a step can be reached from one of the files before it, as the page says. */
function isReached({ file, via }: Step, before: readonly string[]): boolean {
  if (via === null) return before.some((other) => linked(other, file));
  return linked(via, file) && before.some((other) => linked(via, other));
}

const walks = walksOf(read("CONTRIBUTING.md"));

/** More files than these would be a longer way than the code had before its rooms were sorted. */
const MOST = new Map([
  ["A delivery, to the edge's socket", 18],
  ["The same signal, to a started container", 35],
  ["A sweep's finding", 12],
  ["A container's exit", 8],
]);

test("the page has the walks, none of them empty or longer than it may be", () => {
  expect([...walks.keys()]).toEqual([...MOST.keys()]);
  for (const [name, steps] of walks) {
    expect(steps.length, name).toBeGreaterThan(5);
    expect(steps.length, name).toBeLessThanOrEqual(MOST.get(name) ?? 0);
    expect(new Set(steps.map(({ file }) => file)).size, name).toBe(steps.length);
  }
});

describe.each([...walks])("%s", (_name, steps) => {
  test.each(steps)("$file is there, and is reached from a file before it", ({ file, via }) => {
    for (const named of via === null ? [file] : [file, via]) expect(existsSync(join(root, named)), named).toBe(true);
    const before = steps.slice(
      0,
      steps.findIndex((step) => step.file === file),
    );
    if (before.length > 0) {
      expect(
        isReached(
          { file, via },
          before.map((step) => step.file),
        ),
        `${file} hangs on nothing before it`,
      ).toBe(true);
    }
  });
});

test("a step that hangs on nothing is noticed", () => {
  const stray = { file: "agent/docker/transport.ts", via: null };
  expect(isReached(stray, ["worker/index.ts", "worker/app.ts"])).toBe(false);
  expect(isReached({ ...stray, via: "agent/daemon/agent.ts" }, ["agent/link/link-client.ts"])).toBe(false);
});
