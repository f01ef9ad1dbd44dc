import { messageOf } from "../../shared/errors/message-of.ts";
import { UnknownPool, type DrainProgress } from "../../shared/controller/drain-progress.ts";
import type { ReloadOutcome } from "./reload-outcome.ts";
import type { SweepRecord } from "../journal/sweep-records.ts";
import { requestSchema, type ControlAnswer, type ControlRequest, type DrainRequest } from "./protocol.ts";

/** The daemon as a command reaches it. */
export interface Daemon {
  /** @throws {UnknownPool} */
  drain(pool: string, on: boolean): void;
  /** What its last sweep cost and found wanting; null before one. */
  lastSweep(): SweepRecord | null;
  /** Reads the pools file anew. */
  reload(): ReloadOutcome;
  drainProgress(pool: string): DrainProgress;
  /** Resolves once `holds` is true, now or after any event. Rejects with the signal's reason. */
  waitFor(holds: () => boolean, signal: AbortSignal): Promise<void>;
}

/** Does what a line asks and answers until it is done. Never throws but the signal's reason. */
export async function answerRequest(
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
  if (request.op === "status") return answer({ type: "status", lastSweep: daemon.lastSweep() });
  try {
    daemon.drain(request.pool, request.on);
  } catch (error) {
    return answer(refusalOf(error));
  }
  await follow(request, daemon, answer, signal);
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
    const told = JSON.stringify(progress);
    await daemon.waitFor(() => JSON.stringify(daemon.drainProgress(pool)) !== told, signal);
  }
}

function answerOf(outcome: ReloadOutcome): ControlAnswer {
  if (outcome.kind === "refused") return { ...outcome, type: "refused" };
  return { type: "reloaded", changed: outcome.kind === "taken", pools: [...outcome.pools] };
}

function readRequest(line: string): ControlRequest | null {
  try {
    return requestSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function refusalOf(error: unknown): ControlAnswer {
  if (error instanceof UnknownPool) {
    const { code, message, remedy } = error;
    return { type: "refused", code, message, remedy };
  }
  const reason = messageOf(error);
  const message = `The daemon could not write it down: ${reason}.`;
  return { type: "refused", code: "failed", message, remedy: "Free the disk of HOOKLINE_DATA, then ask again." };
}
