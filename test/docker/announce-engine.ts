import { dockerRequired, missingForContainers } from "./engine-answers.ts";

/** Says once, before any test runs, that tests which need a Docker Engine will be skipped. */
export default async function announceEngine(): Promise<void> {
  const missing = dockerRequired ? null : await missingForContainers();
  if (missing === null) return;
  console.warn(`Tests that need a Docker Engine are skipped (HOOKLINE_REQUIRE_DOCKER=1 makes them fail): ${missing}`);
}
