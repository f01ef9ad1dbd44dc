import { messageOf } from "../../shared/errors/message-of.ts";
import { parseArgs } from "node:util";

import { ConfigError } from "../../shared/fleet/config-error.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import { systemClock } from "../clock/system-clock.ts";
import { readSettings } from "../settings/settings.ts";
import { heartbeatFile, readHeartbeat, SILENT_MS } from "../daemon/heartbeat.ts";
import { EXIT, printFailure, printJson, remedyHere, type CommandIo, type ExitCode } from "../cli/io.ts";
import { countText } from "../../shared/text/count-text.ts";

const HELP = `Usage: hookline healthcheck [--json]

Whether the daemon with this HOOKLINE_DATA on this machine is alive: exit 0 if it gave a sign of life within the last
${SILENT_MS / 1000} seconds, else 1. It asks nobody else: a daemon that waits for GitHub, the edge or Docker is alive, and a
restart would not help it. What stands in its way is for hookline doctor to find.

  --json   print the answer as one JSON document
  --help   print this
`;

/** `hookline healthcheck`. Gives the exit code. */
export function runHealthcheck(args: readonly string[], io: CommandIo, clock: Clock = systemClock): ExitCode {
  const json = args.includes("--json");
  try {
    const options = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
    if (parseArgs({ args: [...args], options }).values.help === true) {
      io.stdout(HELP);
      return EXIT.fine;
    }
    return judge(heartbeatFile(readSettings(io).dataFolder), json, io, clock);
  } catch (error) {
    const code = error instanceof ConfigError ? "config-invalid" : "usage";
    printFailure(io, json, { code, message: messageOf(error) });
    return EXIT.usage;
  }
}

function judge(file: string, json: boolean, io: CommandIo, clock: Clock): ExitCode {
  const last = readHeartbeat(file);
  const silentMs = last === null ? null : Math.abs(clock.now() - last.atMs);
  if (last === null || silentMs === null || silentMs > SILENT_MS) {
    const since = silentMs === null ? "has given no sign of life" : `has been silent for ${seconds(silentMs)}`;
    const remedy = "Look at its log; restart it if it hangs: runners go on, and the next start adopts them.";
    printFailure(io, json, { code: "not-alive", message: `The daemon ${since}.`, remedy });
    return EXIT.failed;
  }
  const { slots, busy, demand } = last;
  if (json) printJson(io, { ok: true, silentMs, slots, busy, demand });
  else {
    const now = `${countText(slots, "slot")}, ${busy} busy, ${countText(demand, "job")} wanted`;
    const more = remedyHere("Whether a job gets a runner: hookline doctor", io);
    io.stdout(`alive ${seconds(silentMs)} ago: ${now}\nThe process lives, no more. ${more}\n`);
  }
  return EXIT.fine;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
