import { expect, test } from "vitest";

import { runningCode } from "./files.ts";

const EXPORTED = /^export (?:abstract )?(?:async )?(?:interface|type|class|function|const) (\w+)/gmu;

/** Exported names that more than one file declares, each with its files. */
function namesDeclaredTwice(sources: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const [file, text] of sources) {
    for (const [, name = ""] of text.matchAll(EXPORTED)) {
      const files = places.get(name) ?? [];
      if (!files.includes(file)) files.push(file);
      places.set(name, files);
    }
  }
  return new Map([...places].filter(([, files]) => files.length > 1));
}

test("an exported name stands for one thing", () => {
  const sources = runningCode();
  expect(sources.size).toBeGreaterThan(200);
  expect(Object.fromEntries(namesDeclaredTwice(sources))).toEqual({});
});

test("a name that stands for two things is noticed", () => {
  const sources = new Map([
    ["agent/a.ts", "export interface Call {}\n"],
    ["worker/b.ts", "export async function readSettings(): Promise<void> {}\n"],
    ["shared/c.ts", "export type Call = string;\nexport function once(): void;\nexport function once(): void {}\n"],
  ]);
  expect([...namesDeclaredTwice(sources)]).toEqual([["Call", ["agent/a.ts", "shared/c.ts"]]]);
});
