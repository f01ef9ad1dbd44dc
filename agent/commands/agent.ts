import { parseArgs } from "node:util";

import { systemClock } from "../clock/system-clock.ts";
import { requireEdge } from "../settings/require-settings.ts";
import { onceDiskAllows } from "../journal/disk-wait.ts";
import { buildAgent, type BuiltAgent } from "../daemon/build-agent.ts";
import { httpAndNotices } from "../daemon/http-and-notices.ts";
import { runDaemon } from "../daemon/run-daemon.ts";
import { EXIT, type CommandIo, type ExitCode } from "../cli/io.ts";
import { failWith } from "../cli/failure.ts";
import { beginDaemon } from "./begin-daemon.ts";

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
    const start = await beginDaemon(io, (given) => {
      if (given.edgeUrl !== null) requireEdge(given);
    });
    const { settings, log } = start;
    if (settings.edgeUrl === null) log.warn("HOOKLINE_EDGE_URL is not set; jobs are found by sweeps alone");
    const beside = httpAndNotices(start);
    const built = await onceDiskAllows((): BuiltAgent => buildAgent({ ...start, ...beside }), {
      clock: systemClock,
      log,
      signal: stop,
    });
    if (built !== null) await runDaemon({ built, dataFolder: settings.dataFolder, log, stop, ...beside });
    return EXIT.fine;
  } catch (error) {
    return failWith(error, false, io);
  } finally {
    process.off("SIGHUP", nothingYet);
  }
}
