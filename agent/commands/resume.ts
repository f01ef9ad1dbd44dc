import * as z from "zod";

import { askDaemon } from "../control/ask-daemon.ts";
import { refusalError } from "../control/control-error.ts";
import { readSettings } from "../settings/settings.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";

const HELP = `Usage: hookline resume [--json]

Ends the pause that hookline pause began; what has waited is served at once. Pools that are drained stay drained.

  --json   print {"ok", "wasPaused"}
  --help   print this

It talks to the daemon that runs on HOOKLINE_DATA, on this machine or in this container.

Exit code: 0 nothing is paused now, 1 no daemon runs there, 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag });

/** `hookline resume [--json]`. Gives the exit code. */
export async function runResume(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const { json } = readArguments(args, { command: "hookline resume", options: {}, words: [], schema });
    const { dataFolder } = readSettings(io);
    const answer = await askDaemon(dataFolder, { op: "resume" }, () => {}, stop);
    if (answer.type !== "resumed") throw refusalError(answer);
    if (json) printJson(io, { ok: true, wasPaused: answer.was });
    else io.stdout(answer.was ? "The pause is over.\n" : "Nothing was paused.\n");
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}
