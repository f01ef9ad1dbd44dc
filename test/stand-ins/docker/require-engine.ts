import { globSync } from "node:fs";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { clearAway } from "./clear-away.ts";
import { missingForContainers } from "./engine-answers.ts";
import { takeInventory, type Kept } from "./engine-inventory.ts";
import { changesBetween, describe, leftBy, marksOf, unmarkedVolumes } from "./leftovers.ts";
import { markOfFile, newRun } from "./suite-names.ts";

/** Set where nobody else uses the engine meanwhile: then it has to be as before in every respect. */
const ofItsOwn = process.env["ENGINE_OF_ITS_OWN"] === "1";

/**
 * Before the first of the engine's tests: without an engine there is one clear word, not a failure for each test. After
 * the last: the engine is as they found it, whatever failed, or the run fails. Each file has looked after itself before
 * (file-leaves-nothing.ts); here it is for files that did not come to their end.
 */
export default async function requireEngine(project: TestProject): Promise<() => Promise<void>> {
  const missing = await missingForContainers();
  if (missing !== null) throw new Error(`HOOKLINE_REQUIRE_DOCKER=1 asks for the tests on a real engine: ${missing}`);
  const run = newRun();
  project.provide("engineRun", run);
  const before = await takeInventory();
  return async () => {
    const after = await takeInventory();
    const left = leftBy(after, { run });
    await clearAway(left);
    const changes = ofItsOwn
      ? changesBetween(before, after)
      : left.map((each) => `${describe(each)} (${fileOf(each)})`);
    if (changes.length > 0) throw new Error(`the tests left the engine changed: ${changes.join(", ")}`);
    const unmarked = unmarkedVolumes(before, after);
    if (unmarked.length === 0) return;
    console.warn(
      `Volumes without a name that were not there before the tests, theirs or somebody else's: ${unmarked.map(({ id }) => id.slice(0, 12)).join(", ")}. On an engine that only the tests use, ENGINE_OF_ITS_OWN=1 makes this a failure.`,
    );
  };
}

function fileOf(thing: Kept): string {
  const files = globSync("test/**/*.engine.test.ts", { cwd: join(import.meta.dirname, "../../..") });
  return (
    marksOf(thing).flatMap(({ file }) => files.find((path) => markOfFile(path) === file) ?? [])[0] ?? "no test file"
  );
}
