import * as z from "zod";

import { asksForHelp, flag, needed, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printFailure, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { askDaemon, type ProgressAnswer } from "../control/ask-daemon.ts";
import { refusalError } from "../control/control-error.ts";
import { readSettings } from "../settings/settings.ts";

const HELP = `Usage: hookline retire SLOT [--force] [--json]

Has one slot go. It gets no further job once GitHub and its own container say that it is idle; a busy one ends its job
first. Returns once nothing of it is left. Jobs that wait, or a warm minimum, get another slot. Interrupting the command
stops the waiting, not the retirement; a restart of the daemon forgets it.

  --force  stop its container now, even with a job: GitHub shows that job as failed or cancelled
  --json   print {"ok", "slot", "stoppedBusy", "job", "waitedMs"}; progress goes to standard error
  --help   print this

hookline slots lists the slots. It talks to the daemon that runs on HOOKLINE_DATA, on this machine or in this container.

Exit code: 0 gone; 1 no daemon runs there, the container cannot be stopped, or the waiting was ended; 2 wrong usage, or
no such slot.
`;

const schema = z.object({ json: flag, force: flag, SLOT: needed("is missing: name the slot to retire") });

/** `hookline retire SLOT [--force] [--json]`; `stop` ends the waiting. Gives the exit code. */
export async function runRetire(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { force: { type: "boolean" } } as const;
    const {
      json,
      force,
      SLOT: slot,
    } = readArguments(args, { command: "hookline retire", options, words: ["SLOT"], schema });
    return await retire(slot, force, json, io, stop);
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

async function retire(
  slot: string,
  force: boolean,
  json: boolean,
  io: CommandIo,
  stop: AbortSignal,
): Promise<ExitCode> {
  const { dataFolder } = readSettings(io);
  const beganMs = performance.now();
  const tell = (told: ProgressAnswer): void => {
    if (told.type === "retiring") (json ? io.stderr : io.stdout)(`${describe(slot, told.progress)}\n`);
  };
  const answer = await askDaemon(dataFolder, { op: "retire", slot, force }, tell, stop).catch((error: unknown) => {
    if (stop.aborted) return null;
    throw error;
  });
  if (answer === null) return interrupted(slot, json, io);
  if (answer.type !== "retired") throw refusalError(answer);
  const { stoppedBusy, jobId } = answer;
  const waitedMs = Math.round(performance.now() - beganMs);
  if (json) printJson(io, { ok: true, slot, stoppedBusy, job: jobId, waitedMs });
  else io.stdout(`Slot ${slot} is gone.${stoppedBusy ? ` It was stopped ${withJob(jobId)}.` : ""}\n`);
  return EXIT.fine;
}

type Progress = Extract<ProgressAnswer, { type: "retiring" }>["progress"];

function describe(slot: string, { phase, jobId }: Progress): string {
  switch (phase) {
    case "coming-up":
      return `slot ${slot}: it is coming up, and goes when it is idle`;
    case "idle":
      return `slot ${slot}: idle; GitHub and its container are asked whether it may go`;
    case "busy":
      return `slot ${slot}: busy ${withJob(jobId)}, which it ends first`;
    case "ending":
      return `slot ${slot}: ending`;
  }
}

function withJob(jobId: number | null): string {
  return jobId === null ? "with a job" : `with job ${jobId}`;
}

function interrupted(slot: string, json: boolean, io: CommandIo): ExitCode {
  const remedy = `The daemon goes on with it. Run hookline retire ${slot} to wait again.`;
  printFailure(io, json, { code: "interrupted", message: `Slot ${slot} was not gone yet.`, remedy });
  return EXIT.failed;
}
