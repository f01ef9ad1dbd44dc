import * as z from "zod";

import type { Status } from "../../shared/status/status.ts";
import { readSettings } from "../settings/settings.ts";
import { askStatus, watchStatus } from "../control/ask-status.ts";
import { ControlError } from "../control/control-error.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { describeOpenJobs } from "./describe-open-jobs.ts";
import { tellLastWord } from "./tell-last-word.ts";

const HELP = `Usage: hookline jobs [--waiting] [--watch] [--json]

The open jobs as the daemon that runs on HOOKLINE_DATA knows them: those on its runners, and those that wait, each with
the reason. Where no daemon answers, its journal has the last word, and the command says so.

  --waiting   only those that wait
  --watch     go on: print them again after each change, until interrupted
  --json      print {"ok", "atMs", "jobs": {"byReason", "waitingTotal", "waiting", "runningTotal", "running"}}, under
              --watch one line for each change; a job that waits has "reason", "why", "remedy" and "mender"
  --help      print this

Exit code: 0 printed; 1 no daemon answers, or it ended; 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag, waiting: flag, watch: flag });

/** From the first line of a cleared screen. https://man7.org/linux/man-pages/man4/console_codes.4.html */
const CLEAR = "\u001b[H\u001b[2J";

/** `hookline jobs [--waiting] [--watch] [--json]`; `stop` ends the watching. Gives the exit code. */
export async function runJobs(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { waiting: { type: "boolean" }, watch: { type: "boolean" } } as const;
    const { json, waiting, watch } = readArguments(args, { command: "hookline jobs", options, words: [], schema });
    const { dataFolder } = readSettings(io);
    const show = (status: Status): void => print(status, waiting, json && watch, json, io);
    const status = await askStatus(dataFolder);
    if (status === null) return tellLastWord(dataFolder, json, io);
    if (!watch) show(status);
    else {
      for await (const each of watchStatus(dataFolder, stop)) show(each);
      if (!stop.aborted) throw ended();
    }
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

function ended(): ControlError {
  const remedy = "Start hookline jobs --watch again once it has started.";
  return new ControlError("daemon-ended", "The daemon ended, and with it the watch.", remedy);
}

function print({ atMs, jobs }: Status, waitingOnly: boolean, asLine: boolean, json: boolean, io: CommandIo): void {
  const { byReason, waitingTotal, waiting } = jobs;
  const shown = waitingOnly ? { byReason, waitingTotal, waiting } : jobs;
  if (asLine) io.stdout(`${JSON.stringify({ ok: true, atMs, jobs: shown })}\n`);
  else if (json) printJson(io, { ok: true, atMs, jobs: shown });
  else io.stdout(`${io.isTerminal ? CLEAR : ""}${describeOpenJobs(jobs, atMs, waitingOnly, io.call)}`);
}
