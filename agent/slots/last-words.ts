import { messageOf } from "../../shared/errors/message-of.ts";
import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { enginesBehind } from "./slot-engines.ts";
import type { SlotNotes } from "./slot-notes.ts";
import type { SlotProvider } from "./slot-provider.ts";

const LINES = 40;
/** Exit code of a process that was killed, for lack of memory among other reasons. */
const KILLED = 137;

const CUT = "[cut]";
/** As long as no word of a log is, and shorter than any credential in base64 that a runner has. */
const LONG_RUN = /[A-Za-z0-9+/_=-]{120,}/g;
const JIT_CONFIG = /(ACTIONS_RUNNER_INPUT_JITCONFIG\W{1,3})\S+/g;

export interface LastWordsDeps {
  readonly provider: SlotProvider;
  readonly ledger: Ledger;
  readonly notes: SlotNotes;
  readonly log: Logger;
}

/**
 * Keeps what a slot that ended with an error printed last, and says whether it was killed for lack of memory. Never
 * rejects: a tail that cannot be had must not keep the slot's place taken. Gives what it keeps.
 */
export async function keepLastWords(
  deps: LastWordsDeps,
  name: string,
  exitCode: number,
  signal: AbortSignal,
): Promise<string> {
  const { provider, notes, log } = deps;
  const printed = await provider.logTail(name, LINES, signal).catch(messageOf);
  const tail = safeTail(printed);
  if (exitCode === KILLED) await reportOutOfMemory(deps, name, signal);
  const { pool = null, jobId = null } = deps.ledger.slot(name) ?? {};
  log.warn("slot ended with an error", { jobId, slot: name, pool, exitCode, tail });
  notes.keepTail(name, tail);
  return tail;
}

/** GitHub shows a runner killed for memory as one that lost communication: only the engine knows why. */
async function reportOutOfMemory({ provider, ledger, log }: LastWordsDeps, name: string, signal: AbortSignal) {
  const engine = enginesBehind(provider).get(ledger.slot(name)?.engine ?? LOCAL_ENGINE);
  const slots = (await engine?.list(signal).catch(() => [])) ?? [];
  if (slots.find((slot) => slot.name === name)?.oomKilled !== true) return;
  const { pool, jobId } = ledger.slot(name) ?? { pool: null, jobId: null };
  const remedy = "Raise resources.memory of the pool, or let fewer jobs run at a time (scaling.max).";
  log.error("slot killed for lack of memory", { slot: name, pool, jobId, remedy });
}

/** What a container printed, fit for a log record: an image may print its environment, the JIT configuration included. */
function safeTail(printed: string): string {
  return printed.replaceAll(JIT_CONFIG, `$1${CUT}`).replaceAll(LONG_RUN, CUT);
}
