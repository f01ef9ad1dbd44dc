import { test } from "vitest";
import { dockerRequired, missingForContainers } from "./engine-answers.ts";
import { suiteName } from "./suite-names.ts";

export { dockerRequired };

/** Whether containers can be made here. Tests that need some use `dockerTest`, or ask here. */
export const dockerAvailable = (await missingForContainers()) === null;

/** `test`, but skipped where no container can be made and none is required. */
export const dockerTest: ReturnType<typeof test.skipIf> = test.skipIf(!dockerAvailable && !dockerRequired);

/** An instance id that no other test has. */
export function uniqueInstance(): string {
  return suiteName();
}
