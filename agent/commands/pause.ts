import * as z from "zod";

import type { OperatorPause } from "../../shared/controller/operator-pause.ts";
import { askDaemon } from "../control/ask-daemon.ts";
import { refusalError } from "../control/control-error.ts";
import { readSettings } from "../settings/settings.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, remedyHere, type CommandIo, type ExitCode } from "../cli/io.ts";
import { shortSpan } from "../cli/short-span.ts";

const MOST_DAYS = 30;

const HELP = `Usage: hookline pause [--for SPAN] [--json]

Pauses the whole fleet: no pool starts a slot, for a webhook or for a sweep. Signals are stored, journaled and
acknowledged as ever, and running jobs go on. Idle runners stay and may still take a job; hookline drain POOL lets them
go. It holds across restarts of the daemon until the span is over, or hookline resume. GitHub cancels a job that has
waited for 24 hours.

  --for SPAN   90m, 2h, 3d, at most ${MOST_DAYS} days (default: until hookline resume)
  --json       print {"ok", "pause": {"sinceMs", "untilMs"}}; untilMs is null without an end
  --help       print this

It talks to the daemon that runs on HOOKLINE_DATA, on this machine or in this container.

Exit code: 0 paused, 1 no daemon runs there, or it could not write the pause down; 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag, for: shortSpan(MOST_DAYS).nullable().default(null) });

/** `hookline pause [--for SPAN] [--json]`. Gives the exit code. */
export async function runPause(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { for: { type: "string" } } as const;
    const read = readArguments(args, { command: "hookline pause", options, words: [], schema });
    const { dataFolder } = readSettings(io);
    const answer = await askDaemon(dataFolder, { op: "pause", forMs: read.for }, () => {}, stop);
    if (answer.type !== "paused") throw refusalError(answer);
    if (read.json) printJson(io, { ok: true, pause: answer.pause });
    else io.stdout(`Paused ${untilText(answer.pause, io)}. Running jobs go on.\n`);
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

function untilText({ untilMs }: OperatorPause, io: CommandIo): string {
  const resume = remedyHere("hookline resume", io);
  return untilMs === null ? `until ${resume}` : `until ${new Date(untilMs).toISOString()}, or ${resume}`;
}
