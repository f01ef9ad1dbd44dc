import * as z from "zod";

import { askDaemon } from "../control/ask-daemon.ts";
import { refusalError } from "../control/control-error.ts";
import { readSettings } from "../settings/settings.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";

const HELP = `Usage: hookline reload [--json]

Has the daemon read its pools file and the files of its secrets now. An edit of pools.yaml is taken up by itself, a
secret when GitHub or the edge refuses the one of before; this does it at once and says what became of it. Runners that were
made of settings which have changed go once they are idle, busy ones finish their jobs. A file that cannot be used is
refused whole, and the fleet goes on as before. SIGHUP to the daemon does the same, with the answer in its log.

  --json   print {"ok", "changed", "pools", "secrets"}
  --help   print this

It talks to the daemon that runs on HOOKLINE_DATA, on this machine or in this container. Settings that
stand in the environment itself are read at a start alone.

Exit code: 0 taken up, or nothing has changed; 1 no daemon runs there; 2 wrong usage, or a file that cannot be used.
`;

const schema = z.object({ json: flag });

/** `hookline reload [--json]`. Gives the exit code. */
export async function runReload(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const { json } = readArguments(args, { command: "hookline reload", options: {}, words: [], schema });
    const { dataFolder } = readSettings(io);
    const answer = await askDaemon(dataFolder, { op: "reload" }, () => {}, stop);
    if (answer.type !== "reloaded") throw refusalError(answer);
    const { changed, pools, secrets } = answer;
    if (json) printJson(io, { ok: true, changed, pools, secrets });
    else io.stdout(describe(changed ? pools : [], secrets));
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

function describe(pools: readonly string[], secrets: readonly string[]): string {
  if (pools.length === 0 && secrets.length === 0) return "Nothing has changed.\n";
  const taken = pools.length === 0 ? [] : [`Taken up: ${pools.join(", ")}.`];
  const read = secrets.length === 0 ? [] : [`Read anew: ${secrets.join(", ")}.`];
  return `${[...taken, ...read].join("\n")}\n`;
}
