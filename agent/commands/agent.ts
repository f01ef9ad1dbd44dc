import { parseArgs } from "node:util";

import { describeProblem } from "../../shared/fleet/config-error.ts";
import type { LoadedFleet } from "../../shared/fleet/load-fleet.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { LiveSecrets } from "../settings/live-secrets.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { requireEdge, requireGitHub } from "../settings/require-settings.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import { unknownSettings } from "../settings/unknown-settings.ts";
import { onceDiskAllows } from "../journal/disk-wait.ts";
import { buildAgent, type BuiltAgent } from "../daemon/build-agent.ts";
import { httpAndNotices } from "../daemon/http-and-notices.ts";
import { runDaemon } from "../daemon/run-daemon.ts";
import { processLogger } from "../log/process-logger.ts";
import { dockerSlots } from "../slots/docker/open-docker.ts";
import { keepInstance } from "../daemon/keep-instance.ts";
import { EXIT, type CommandIo, type ExitCode } from "../cli/io.ts";
import { failWith } from "../cli/failure.ts";

const HELP = `Usage: hookline agent

Runs the daemon: the link to the edge, sweeps of GitHub's REST API, and the runner containers of config/pools.yaml.
It reads its settings from the environment: HOOKLINE_EDGE_URL, HOOKLINE_TOKEN, GITHUB_TOKEN or GITHUB_APP_…,
HOOKLINE_CONFIG, HOOKLINE_DATA, DOCKER_HOST. SIGTERM ends it; runners go on, and the next start adopts them.

  --help   print this
`;

/** A start reads everything; what changes until the daemon runs, it looks at again. Without this SIGHUP would end the process. */
const nothingYet = (): void => {};

/** `hookline agent`: runs until `stop` is aborted. Gives the exit code. */
export async function runAgent(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  process.on("SIGHUP", nothingYet);
  try {
    const { values } = parseArgs({ args: [...args], options: { help: { type: "boolean", short: "h" } } });
    if (values.help === true) {
      io.stdout(HELP);
      return EXIT.fine;
    }
    const given = readSettings(io);
    const log = processLogger(given.logLevel);
    for (const unknown of unknownSettings(io.env))
      log.warn("unknown setting", { detail: describeProblem("environment", unknown) });
    const { fleet, readFleet } = prepare(given, io, log);
    const settings = keepInstance(given, Math.random);
    const provider = dockerSlots(settings, systemClock, log);
    const secrets = new LiveSecrets({ settings, source: io, clock: systemClock, log });
    const beside = httpAndNotices({ settings, secrets, log });
    const build = (): BuiltAgent => buildAgent({ settings, fleet, readFleet, secrets, provider, log });
    const built = await onceDiskAllows(build, { clock: systemClock, log, signal: stop });
    if (built !== null) await runDaemon({ built, dataFolder: settings.dataFolder, log, stop, ...beside });
    return EXIT.fine;
  } catch (error) {
    return failWith(error, false, io);
  } finally {
    process.off("SIGHUP", nothingYet);
  }
}

/** What can be wrong with settings and pools is said before anything is written or waits for the disk. */
function prepare(settings: AgentSettings, io: CommandIo, log: Logger) {
  requireGitHub(settings);
  if (settings.edgeUrl !== null) requireEdge(settings);
  const readFleet = (): LoadedFleet => readPoolsFile({ file: settings.configFile, cwd: io.cwd, env: io.env });
  const { fleet, warnings } = readFleet();
  for (const warning of warnings) log.warn("configuration", { detail: describeProblem(settings.configFile, warning) });
  if (settings.edgeUrl === null) log.warn("HOOKLINE_EDGE_URL is not set; jobs are found by sweeps alone");
  return { fleet, readFleet };
}
