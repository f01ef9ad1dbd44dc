import { refusalError } from "../control/control-error.ts";
import * as z from "zod";

import { askDaemon, type ProgressAnswer } from "../control/ask-daemon.ts";
import { readSettings } from "../settings/settings.ts";
import { asksForHelp, flag, needed, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printFailure, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";

const HELP = `Usage: hookline drain POOL [--undo] [--json]

Drains a pool: the daemon starts nothing new in it, deregisters its idle runners and lets its busy ones finish.
Returns once no slot is left; nothing of the pool can take a job from then on. It holds across restarts of the daemon
until you run it with --undo. Interrupting the command stops the waiting, not the drain.

  --undo   let the pool serve again, and return at once
  --json   print {"ok", "pool", "draining", "slots", "waitedMs"}; progress goes to standard error
  --help   print this

It talks to the daemon that runs on HOOKLINE_DATA, on this machine or in this container.

Exit code: 0 empty, or serving again; 1 no daemon runs there, or the waiting was ended; 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag, undo: flag, POOL: needed("is missing: name the pool to drain") });

type Progress = Extract<ProgressAnswer, { type: "progress" }>;

/** `hookline drain POOL [--undo] [--json]`; `stop` ends the waiting. Gives the exit code. */
export async function runDrain(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { undo: { type: "boolean" } } as const;
    const rules = { command: "hookline drain", options, words: ["POOL"], schema };
    const { json, undo, POOL: pool } = readArguments(args, rules);
    return await drain(pool, !undo, json, io, stop);
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

async function drain(pool: string, on: boolean, json: boolean, io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  const { dataFolder } = readSettings(io);
  const beganMs = performance.now();
  const tell = (told: ProgressAnswer): void => {
    if (told.type === "progress") (json ? io.stderr : io.stdout)(`${describe(pool, told.progress)}\n`);
  };
  const request = { op: "drain", pool, on } as const;
  const answer = await askDaemon(dataFolder, request, tell, stop).catch((error: unknown) => {
    if (stop.aborted) return null;
    throw error;
  });
  if (answer === null) return interrupted(pool, json, io);
  if (answer.type !== "done") throw refusalError(answer);
  const { draining, slots } = answer.progress;
  if (on && !draining) return takenBack(pool, json, io);
  const waitedMs = Math.round(performance.now() - beganMs);
  if (json) printJson(io, { ok: true, pool, draining, slots, waitedMs });
  else io.stdout(on ? `Pool ${pool} is empty and starts nothing.\n` : `Pool ${pool} serves again.\n`);
  return EXIT.fine;
}

function describe(pool: string, { slots, busy, open }: Progress["progress"]): string {
  const ending = slots - busy - open;
  return `pool ${pool}: ${busy} busy, ${open} idle or coming up, ${ending} ending`;
}

function interrupted(pool: string, json: boolean, io: CommandIo): ExitCode {
  const remedy = `The drain goes on in the daemon. Run hookline drain ${pool} to wait again, or add --undo to end it.`;
  printFailure(io, json, { code: "interrupted", message: `Pool ${pool} was not empty yet.`, remedy });
  return EXIT.failed;
}

function takenBack(pool: string, json: boolean, io: CommandIo): ExitCode {
  const message = `Pool ${pool} serves again: somebody ended the drain.`;
  printFailure(io, json, { code: "taken-back", message, remedy: "Drain it again if you want it empty." });
  return EXIT.failed;
}
