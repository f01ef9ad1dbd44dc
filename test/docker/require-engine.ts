import { missingForContainers } from "./engine-answers.ts";

/** Before the first of the engine's tests: without an engine there is one clear word, not a failure for each test. */
export default async function requireEngine(): Promise<void> {
  const missing = await missingForContainers();
  if (missing !== null) throw new Error(`HOOKLINE_REQUIRE_DOCKER=1 asks for the tests on a real engine: ${missing}`);
}
