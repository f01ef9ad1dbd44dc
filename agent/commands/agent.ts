import { parseArgs } from "node:util";

import { ConfigError, describeProblem } from "../../shared/config/config-error.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { readPoolsFile } from "../config/pools-file.ts";
import { readSettings, type AgentSettings } from "../config/settings.ts";
import { unknownSettings } from "../config/unknown-settings.ts";
import { buildAgent, type BuiltAgent } from "../daemon/build-agent.ts";
import { DockerClient } from "../docker/docker-client.ts";
import { parseDockerHost } from "../docker/docker-host.ts";
import { processLogger } from "../log/process-logger.ts";
import { DockerSlotProvider } from "../slots/docker-slot-provider.ts";
import { EXIT, printFailure, type CommandIo, type ExitCode } from "./io.ts";

const HELP = `Usage: hookline agent

Runs the daemon: the link to the edge, sweeps of GitHub's REST API, and the runner containers of config/pools.yaml.
It is told everything by its environment: HOOKLINE_EDGE_URL, HOOKLINE_TOKEN, GITHUB_TOKEN or GITHUB_APP_…,
HOOKLINE_CONFIG, HOOKLINE_DATA, DOCKER_HOST. SIGTERM ends it; runners go on, and the next start adopts them.

  --help   print this
`;

/** `hookline agent`: runs until `stop` is aborted. Gives the exit code. */
export async function runAgent(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  try {
    const { values } = parseArgs({ args: [...args], options: { help: { type: "boolean", short: "h" } } });
    if (values.help === true) {
      io.stdout(HELP);
      return EXIT.fine;
    }
    const settings = readSettings(io);
    const log = processLogger(settings.logLevel);
    for (const unknown of unknownSettings(io.env))
      log.warn("unknown setting", { detail: describeProblem("environment", unknown) });
    await serve(build(settings, io, log), stop);
    return EXIT.fine;
  } catch (error) {
    return refuse(error, io);
  }
}

function build(settings: AgentSettings, io: CommandIo, log: Logger): BuiltAgent {
  const { fleet, warnings } = readPoolsFile({ file: settings.configFile, cwd: io.cwd, env: io.env });
  for (const warning of warnings) log.warn("configuration", { detail: describeProblem(settings.configFile, warning) });
  if (settings.edgeUrl === null) log.warn("HOOKLINE_EDGE_URL is not set; jobs are found by sweeps alone");
  const provider = new DockerSlotProvider({
    client: new DockerClient(parseDockerHost(settings.dockerHost)),
    instance: settings.instance,
    clock: systemClock,
    random: Math.random,
    log,
  });
  return buildAgent({ settings, fleet, provider, log });
}

async function serve({ agent, close }: BuiltAgent, stop: AbortSignal): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  const started = agent.start();
  try {
    // A start that fails ends the wait; one that is still going on when the stop comes ends with it.
    await Promise.race([stopped, started.then(() => stopped)]);
  } finally {
    await agent.stop();
    await Promise.allSettled([started]);
    close();
  }
}

function refuse(error: unknown, io: CommandIo): ExitCode {
  if (error instanceof ConfigError) {
    printFailure(io, false, { code: "config-invalid", message: error.message });
    return EXIT.usage;
  }
  const { message, remedy, code } = (error ?? {}) as { message?: string; remedy?: string; code?: string };
  const failure = { code: code ?? "failed", message: message ?? String(error) };
  printFailure(io, false, remedy === undefined ? failure : { ...failure, remedy });
  return code?.startsWith("ERR_PARSE_ARGS") === true ? EXIT.usage : EXIT.failed;
}
