import { resolve } from "node:path";
import { ConfigError } from "../../shared/fleet/config-error.ts";
import { loadFleet } from "../../shared/fleet/load-fleet.ts";
import type { LoadedFleet } from "../../shared/fleet/load-fleet.ts";
import type { Environment } from "./environment.ts";
import { SECRET_VARIABLES } from "./settings-table.ts";
import { readTextFile } from "./text-file.ts";
import { parseYaml } from "./yaml-source.ts";

/** Where the pools file is and what completes it. */
export interface PoolsFileOptions {
  /** As the operator named it; errors repeat it. */
  readonly file: string;
  /** Folder that a relative `file` starts from. */
  readonly cwd: string;
  /** The environment, for `${NAME}`. */
  readonly env: Environment;
}

/**
 * Reads config/pools.yaml of version 1 or 2.
 *
 * @throws {ConfigError} when the file is missing, is no YAML, or breaks a rule; every problem has its line
 */
export function readPoolsFile({ file, cwd, env }: PoolsFileOptions): LoadedFleet {
  const read = readTextFile(resolve(cwd, file));
  if ("failed" in read)
    throw new ConfigError(file, [{ path: "", message: `cannot be read: ${read.failed}; ${remedyFor(read)}` }]);
  const { value, lineOf } = parseYaml(file, read.text);
  return loadFleet({ name: file, value, lookup: (name) => env[name], secretNames: SECRET_VARIABLES, lineOf });
}

function remedyFor({ absent }: { readonly absent: boolean }): string {
  return absent
    ? "name the pools file in HOOKLINE_CONFIG, or begin with the example: cp config/pools.example.yaml config/pools.yaml"
    : "give this user a readable UTF-8 file there, or name another in HOOKLINE_CONFIG";
}
