import { describeProblem } from "../../shared/fleet/config-error.ts";
import type { LoadedFleet } from "../../shared/fleet/load-fleet.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import type { CommandIo } from "../cli/io.ts";
import { keepInstance } from "../daemon/keep-instance.ts";
import { processLogger } from "../log/process-logger.ts";
import { LiveSecrets } from "../settings/live-secrets.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { requireGitHub } from "../settings/require-settings.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import { unknownSettings } from "../settings/unknown-settings.ts";
import { engineSlots } from "../slots/open/open-engines.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";

/** What a daemon is built of, with an edge elsewhere or in its own process. */
export interface DaemonStart {
  readonly settings: AgentSettings;
  readonly fleet: Fleet;
  /** Reads the pools file again. @throws {ConfigError} */
  readonly readFleet: () => LoadedFleet;
  readonly secrets: LiveSecrets;
  /** Where the settings come from. */
  readonly source: Pick<CommandIo, "env" | "cwd">;
  readonly provider: SlotProvider;
  readonly log: Logger;
}

/**
 * Reads settings and pools, logs what may surprise, and settles on the agent's name. `demand` throws for what this daemon
 * cannot be without, beside a credential for GitHub.
 * @throws {ConfigError} for what is missing or wrong, before anything is written or waits for the disk.
 */
export async function beginDaemon(io: CommandIo, demand: (settings: AgentSettings) => void): Promise<DaemonStart> {
  const given = readSettings(io);
  const log = processLogger(given.logLevel, { call: given.call });
  for (const unknown of unknownSettings(io.env))
    log.warn("unknown setting", { detail: describeProblem("environment", unknown) });
  requireGitHub(given);
  demand(given);
  const readFleet = (): LoadedFleet => readPoolsFile({ file: given.configFile, cwd: io.cwd, env: io.env });
  const { fleet, warnings } = readFleet();
  for (const warning of warnings) log.warn("configuration", { detail: describeProblem(given.configFile, warning) });
  const settings = keepInstance(given, Math.random);
  const secrets = new LiveSecrets({ settings, source: io, clock: systemClock, log });
  const provider = await engineSlots(settings, fleet, systemClock, log, secrets);
  return { settings, fleet, readFleet, secrets, source: io, provider, log };
}
