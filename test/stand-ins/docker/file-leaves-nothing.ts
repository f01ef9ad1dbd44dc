import { join, relative } from "node:path";

import { afterAll, expect, inject } from "vitest";

import { clearAway } from "./clear-away.ts";
import { takeInventory } from "./engine-inventory.ts";
import { describe, leftBy } from "./leftovers.ts";
import { markOfFile, nameAfter } from "./suite-names.ts";

// For every file of the engine's tests, before it: its names carry its mark. After the last of its hooks: what still
// carries the mark fails the file and is cleared away, whatever failed in it.

declare module "vitest" {
  interface ProvidedContext {
    /** Mark of this run, in all that it makes on the engine. */
    engineRun: string;
  }
}

const file = relative(join(import.meta.dirname, "../../.."), expect.getState().testPath ?? "");
const mark = { run: inject("engineRun"), file: markOfFile(file) };
nameAfter(mark);

afterAll(async () => {
  const left = leftBy(await takeInventory(), mark);
  await clearAway(left);
  if (left.length > 0) throw new Error(`${file} left on the engine: ${left.map(describe).join(", ")}`);
});
