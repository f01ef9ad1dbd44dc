import { globSync } from "node:fs";
import { join } from "node:path";

import { dockerRequired } from "./engine-answers.ts";

/** Says in one line, after the last test, what was not run because no engine is required. */
export default function sayWhatIsLeftOut(): (() => void) | undefined {
  if (dockerRequired) return undefined;
  const files = globSync("test/**/*.engine.test.ts", { cwd: join(import.meta.dirname, "../../..") });
  return () =>
    console.warn(
      `Not run: the ${files.length} files of tests that need a Docker Engine (HOOKLINE_REQUIRE_DOCKER=1 runs them too).`,
    );
}
