import { missingForContainers } from "./engine-answers.ts";
import { leftBehind, takeInventory } from "./engine-inventory.ts";

/**
 * Before the first of the engine's tests: without an engine there is one clear word, not a failure for each test.
 * After the last: the engine is as they found it, whatever failed.
 */
export default async function requireEngine(): Promise<() => Promise<void>> {
  const missing = await missingForContainers();
  if (missing !== null) throw new Error(`HOOKLINE_REQUIRE_DOCKER=1 asks for the tests on a real engine: ${missing}`);
  const before = await takeInventory();
  return async () => {
    const left = leftBehind(before, await takeInventory());
    if (left.length > 0) throw new Error(`the tests left this on the engine: ${left.join(", ")}`);
  };
}
