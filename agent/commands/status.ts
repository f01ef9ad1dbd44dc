import * as z from "zod";

import { readSettings } from "../settings/settings.ts";
import { askStatus } from "../control/ask-status.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { tellLastWord } from "./tell-last-word.ts";
import { describeStatus } from "./describe-status.ts";

const HELP = `Usage: hookline status [--json]

What the daemon that runs on HOOKLINE_DATA believes: its fleet as loaded, link, sweeps, pools with their slots, and how
many jobs run and wait, and why. Where no daemon answers, its journal has the last word, and the command says so.

  --json   print {"ok", "source": "daemon", "status": {...}}, the status document, whose "version" is 1; or, without a
           daemon, {"ok": false, "source": "journal", "journal": {"jobs", "slots", "drained", "lastSweep"}, "error"}
  --help   print this

Exit code: 0 the daemon answered; 1 none does, or the journal cannot be read; 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag });

/** `hookline status [--json]`. Gives the exit code. */
export async function runStatus(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const { json } = readArguments(args, { command: "hookline status", options: {}, words: [], schema });
    const { dataFolder } = readSettings(io);
    const status = await askStatus(dataFolder);
    if (status === null) return tellLastWord(dataFolder, json, io);
    if (json) printJson(io, { ok: true, source: "daemon", status });
    else io.stdout(describeStatus(status, io.call));
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}
