import { messageOf } from "../../shared/errors/message-of.ts";
import type { DrainProgress } from "../../shared/controller/drain-progress.ts";
import type { Holds } from "../../shared/controller/holds.ts";
import type { OperatorPause } from "../../shared/controller/operator-pause.ts";
import type { SlotProgress } from "../../shared/controller/slot-progress.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";
import type { ReloadOutcome } from "./reload-outcome.ts";
import type { OpenJob } from "../../shared/status/describe-jobs.ts";
import type { Status } from "../../shared/status/status.ts";
import type { LogReplay } from "../sweeps/log-replay.ts";
import {
  requestSchema,
  type ControlAnswer,
  type ControlRequest,
  type DrainRequest,
  type RetireRequest,
  type StatusRequest,
} from "./protocol.ts";

/** The daemon as a command reaches it. */
export interface Daemon {
  /** @throws {UnknownPool} */
  drain(pool: string, on: boolean): void;
  /** All that it believes, and why. */
  status(): Status;
  /** A job that it knows as open, as of `atMs`; both null for any other. */
  job(jobId: number): OpenJob & { readonly atMs: number };
  /** Resolves after a change, a second from now at the earliest and ten at the latest. Rejects with the signal's reason. */
  changed(signal: AbortSignal): Promise<void>;
  /** Reads the pools file and the secrets' files anew. */
  reload(): ReloadOutcome;
  drainProgress(pool: string): DrainProgress;
  /** Has a slot go once it is idle, or after its job. @throws {UnknownSlot} */
  retire(slot: string): void;
  /** Stops a slot that runs, with its job if it has one. Rejects where its container cannot be stopped. */
  force(slot: string): Promise<void>;
  /** What keeps pools from starting slots. */
  holds(): Holds;
  /** Starts no slot for `forMs` milliseconds, or until `resume` where it is null. */
  pause(forMs: number | null): OperatorPause;
  /** Whether there was a pause to end. */
  resume(): boolean;
  /** Has a sweep read GitHub's delivery logs again since a time; null where there is none to look into. */
  replayLog(sinceMs: number): Promise<LogReplay | null>;
  /** Null once nothing of the slot is left. */
  slotProgress(slot: string): SlotProgress | null;
  /** Resolves once `holds` is true, now or after any event. Rejects with the signal's reason. */
  waitFor(holds: () => boolean, signal: AbortSignal): Promise<void>;
}

/** Does what a line asks and answers until it is done, or until it fails. Never throws but the signal's reason. */
export async function answerRequest(
  line: string,
  daemon: Daemon,
  answer: (text: ControlAnswer) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await carryOut(line, daemon, answer, signal);
  } catch (error) {
    signal.throwIfAborted();
    answer(refusalOf(error));
  }
}

async function carryOut(
  line: string,
  daemon: Daemon,
  answer: (text: ControlAnswer) => void,
  signal: AbortSignal,
): Promise<void> {
  const request = readRequest(line);
  if (request === null) {
    const remedy = "Use the command of the daemon's own version.";
    return answer({ type: "refused", code: "protocol", message: "The daemon does not know this request.", remedy });
  }
  if (request.op === "reload") return answer(answerOf(daemon.reload()));
  if (request.op === "holds") return answer({ type: "holds", holds: daemon.holds() });
  if (request.op === "retire") return retire(request, daemon, answer, signal);
  if (request.op === "job") return answer({ type: "job", ...daemon.job(request.jobId) });
  if (request.op === "status") return tellStatus(request, daemon, answer, signal);
  if (request.op === "pause") return answer({ type: "paused", pause: daemon.pause(request.forMs) });
  if (request.op === "replay") return answer({ type: "replayed", log: await daemon.replayLog(request.sinceMs) });
  if (request.op === "resume") return answer({ type: "resumed", was: daemon.resume() });
  daemon.drain(request.pool, request.on);
  await follow(request, daemon, answer, signal);
}

async function tellStatus(
  { watch = false }: StatusRequest,
  daemon: Daemon,
  answer: (text: ControlAnswer) => void,
  signal: AbortSignal,
): Promise<void> {
  answer({ type: "status", status: daemon.status() });
  if (!watch) return;
  for (;;) {
    await daemon.changed(signal);
    answer({ type: "status", status: daemon.status() });
  }
}

/** Tells of each change until no slot of the pool is left: then nothing can take a job, and nothing new comes. */
async function follow(
  { pool, on }: DrainRequest,
  daemon: Daemon,
  answer: (text: ControlAnswer) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const progress = daemon.drainProgress(pool);
    // Somebody took the drain back meanwhile: waiting on would be in vain.
    if (!on || progress.slots === 0 || !progress.draining) return answer({ type: "done", progress });
    answer({ type: "progress", progress });
    await otherThan(progress, () => daemon.drainProgress(pool), daemon, signal);
  }
}

/** Tells of each change until nothing of the slot is left. */
async function retire(
  { slot, force }: RetireRequest,
  daemon: Daemon,
  answer: (text: ControlAnswer) => void,
  signal: AbortSignal,
): Promise<void> {
  let stopped: SlotProgress | null = null;
  daemon.retire(slot);
  if (force) {
    // What comes up has no container yet that could be stopped.
    await daemon.waitFor(() => daemon.slotProgress(slot)?.phase !== "coming-up", signal);
    stopped = daemon.slotProgress(slot);
    await daemon.force(slot);
  }
  for (;;) {
    const progress = daemon.slotProgress(slot);
    if (progress === null) break;
    answer({ type: "retiring", progress });
    await otherThan(progress, () => daemon.slotProgress(slot), daemon, signal);
  }
  const cutShort = stopped?.phase === "busy" ? stopped : null;
  answer({ type: "retired", stoppedBusy: cutShort !== null, jobId: cutShort?.jobId ?? null });
}

/** Resolves once `now` gives something other than what was told. Rejects with the signal's reason. */
function otherThan<T>(told: T, now: () => T, daemon: Daemon, signal: AbortSignal): Promise<void> {
  const before = JSON.stringify(told);
  return daemon.waitFor(() => JSON.stringify(now()) !== before, signal);
}

function answerOf(outcome: ReloadOutcome): ControlAnswer {
  if (outcome.kind === "refused") return { ...outcome, type: "refused" };
  const { kind, pools, secrets = [] } = outcome;
  return { type: "reloaded", changed: kind === "taken", pools: [...pools], secrets: [...secrets] };
}

function readRequest(line: string): ControlRequest | null {
  try {
    return requestSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function refusalOf(error: unknown): ControlAnswer {
  if (error instanceof OperatorError) {
    const { code, message, remedy } = error;
    return { type: "refused", code, message, remedy };
  }
  const message = `The daemon could not do it: ${messageOf(error)}.`;
  const remedy = sqliteTrouble(error)?.remedy ?? "Look at the daemon's log, then ask again.";
  return { type: "refused", code: "failed", message, remedy };
}
