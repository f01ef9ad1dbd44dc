import { refusalError } from "../control/control-error.ts";
import * as z from "zod";

import type { CancelTimer, Clock } from "../../shared/clock/clock.ts";
import { systemClock } from "../clock/system-clock.ts";
import { askAtOnce, askDaemon, type ProgressAnswer } from "../control/ask-daemon.ts";
import { readSettings } from "../settings/settings.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { shortSpan } from "../cli/short-span.ts";
import { EXIT, printFailure, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";

const HELP = `Usage: hookline drain POOL [--wait SPAN] [--undo] [--json]
       hookline drain --all [--wait SPAN] [--undo] [--json]

Drains a pool, or with --all every one: the daemon starts nothing new in it, deregisters its idle runners and lets its
busy ones finish. Returns once no slot is left; nothing of the pool can take a job from then on. It holds across
restarts of the daemon until you run it with --undo. Interrupting the command stops the waiting, not the drain.

  --all         every pool; before the machine goes off: hookline drain --all --wait 20m, and once it is on again
                hookline drain --all --undo. A schedule with max: 0 in the pools file needs neither
  --wait SPAN   wait no longer than 20m or 2h; jobs that run then go on
  --undo        let the pool serve again, and return at once
  --json        print {"ok", "pool", "draining", "slots", "waitedMs"}, with --all {"ok", "pools": [{"pool", "draining",
                "slots", "waitedMs"}]}; progress goes to standard error
  --help        print this

It talks to the daemon that runs on HOOKLINE_DATA, on this machine or in this container.

Exit code: 0 empty, or serving again; 1 no daemon runs there, or the waiting ended first; 2 wrong usage or settings.
`;

const MOST_DAYS = 7;
const ANSWER_MS = 5000;
const EITHER = "is missing: name the pool to drain, or all of them with --all";

const schema = z
  .object({
    json: flag,
    undo: flag,
    all: flag,
    wait: shortSpan(MOST_DAYS).optional(),
    POOL: z.string().min(1, { error: EITHER }).optional(),
  })
  .refine(({ all, POOL }) => all !== (POOL !== undefined), { path: ["POOL"], error: EITHER });

type Asked = z.output<typeof schema>;
type Progress = Extract<ProgressAnswer, { type: "progress" }>;

/** How one pool came out of it. */
type Drained =
  | {
      readonly kind: "done";
      readonly pool: string;
      readonly draining: boolean;
      readonly slots: number;
      readonly waitedMs: number;
    }
  | { readonly kind: "waiting" | "taken-back"; readonly pool: string };

/** `hookline drain POOL | --all [--wait SPAN] [--undo] [--json]`; `stop` ends the waiting. Gives the exit code. */
export async function runDrain(
  args: readonly string[],
  io: CommandIo,
  stop: AbortSignal,
  clock: Clock = systemClock,
): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  const late = new AbortController();
  let cancel: CancelTimer = () => {};
  try {
    const options = { undo: { type: "boolean" }, all: { type: "boolean" }, wait: { type: "string" } } as const;
    const rules = { command: "hookline drain", options, words: ["POOL"], schema };
    const asked = readArguments(args, rules);
    if (asked.wait !== undefined) cancel = clock.after(asked.wait, () => late.abort());
    return await drainAll(asked, io, AbortSignal.any([stop, late.signal]));
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  } finally {
    cancel();
  }
}

async function drainAll(asked: Asked, io: CommandIo, ends: AbortSignal): Promise<ExitCode> {
  const { dataFolder } = readSettings(io);
  const pools = asked.POOL === undefined ? await poolsOf(dataFolder) : [asked.POOL];
  const drained = await Promise.all(pools.map((pool) => drain(dataFolder, pool, asked, io, ends)));
  const failure = drained.find(({ kind }) => kind !== "done");
  if (failure !== undefined)
    return failure.kind === "waiting" ? waiting(drained, asked, io) : takenBack(failure.pool, asked, io);
  const done = drained.flatMap((each) => (each.kind === "done" ? [each] : []));
  if (asked.json) printDone(done, asked, io);
  else
    for (const { pool } of done)
      io.stdout(`Pool ${pool} ${asked.undo ? "serves again" : "is empty and starts nothing"}.\n`);
  return EXIT.fine;
}

/** @throws {ControlError} if no daemon answers there. */
async function poolsOf(dataFolder: string): Promise<readonly string[]> {
  const answer = await askAtOnce(dataFolder, { op: "status" }, ANSWER_MS);
  if (answer.type !== "status") throw refusalError(answer);
  return answer.status.fleet.pools;
}

async function drain(
  dataFolder: string,
  pool: string,
  { undo, json }: Asked,
  io: CommandIo,
  ends: AbortSignal,
): Promise<Drained> {
  const beganMs = performance.now();
  const tell = (told: ProgressAnswer): void => {
    if (told.type === "progress") (json ? io.stderr : io.stdout)(`${describe(pool, told.progress)}\n`);
  };
  const answer = await askDaemon(dataFolder, { op: "drain", pool, on: !undo }, tell, ends).catch((error: unknown) => {
    if (ends.aborted) return null;
    throw error;
  });
  if (answer === null) return { kind: "waiting", pool };
  if (answer.type !== "done") throw refusalError(answer);
  const { draining, slots } = answer.progress;
  if (!undo && !draining) return { kind: "taken-back", pool };
  return { kind: "done", pool, draining, slots, waitedMs: Math.round(performance.now() - beganMs) };
}

function printDone(done: readonly Extract<Drained, { kind: "done" }>[], { all }: Asked, io: CommandIo): void {
  const told = done.map(({ pool, draining, slots, waitedMs }) => ({ pool, draining, slots, waitedMs }));
  printJson(io, all ? { ok: true, pools: told } : { ok: true, ...told[0] });
}

function describe(pool: string, { slots, busy, open }: Progress["progress"]): string {
  const ending = slots - busy - open;
  return `pool ${pool}: ${busy} busy, ${open} idle or coming up, ${ending} ending`;
}

function waiting(drained: readonly Drained[], { all, json }: Asked, io: CommandIo): ExitCode {
  const pools = drained.flatMap(({ kind, pool }) => (kind === "waiting" ? [pool] : []));
  const which = all ? "--all" : (pools[0] ?? "");
  const message = `${pools.length === 1 ? "Pool" : "Pools"} ${pools.join(", ")} ${pools.length === 1 ? "was" : "were"} not empty yet.`;
  const remedy = `The drain goes on in the daemon. Run hookline drain ${which} to wait again, or add --undo to end it.`;
  printFailure(io, json, { code: "interrupted", message, remedy });
  return EXIT.failed;
}

function takenBack(pool: string, { json }: Asked, io: CommandIo): ExitCode {
  const message = `Pool ${pool} serves again: somebody ended the drain.`;
  printFailure(io, json, { code: "taken-back", message, remedy: "Drain it again if you want it empty." });
  return EXIT.failed;
}
