import type { ConfigProblem } from "../../shared/fleet/config-error.ts";
import { nearest } from "../../shared/fleet/nearest.ts";
import type { Environment } from "./environment.ts";
import { SECRET_VARIABLES, SETTING_NAMES } from "./settings-table.ts";

const PREFIX = "HOOKLINE_";

/** Variables that begin with HOOKLINE_ and mean nothing to the agent; most are misspelt. */
export function unknownSettings(env: Environment): ConfigProblem[] {
  const known: readonly string[] = [...SETTING_NAMES, ...[...SECRET_VARIABLES].map((name) => `${name}_FILE`)];
  const ownNames = known.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => {
      const guess = nearest(name.slice(PREFIX.length), ownNames);
      return {
        path: name,
        message:
          guess === null
            ? "is not a setting of Hookline"
            : `is not a setting of Hookline; did you mean ${PREFIX}${guess}?`,
      };
    });
}
