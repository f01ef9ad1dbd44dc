import { servingPool, type ServingPool } from "../../shared/controller/pool-choice.ts";
import { readPoolsFile } from "./pools-file.ts";
import type { AgentSettings, SettingsSource } from "./settings.ts";

/** The architecture of this machine, as pools say it. */
export const HOST_ARCHITECTURE = process.arch === "arm64" ? "arm64" : "amd64";

/** The pools of the configuration, ready to be asked what they serve. @throws {ConfigError} */
export function configuredPools(settings: AgentSettings, { cwd, env }: SettingsSource): readonly ServingPool[] {
  const { fleet } = readPoolsFile({ file: settings.configFile, cwd, env });
  return fleet.pools.map((pool) => servingPool(pool, HOST_ARCHITECTURE));
}
