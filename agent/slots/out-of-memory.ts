import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SlotProvider } from "./slot-provider.ts";

/** Exit code of a process that was killed, for lack of memory among other reasons. */
const KILLED = 137;

export interface OutOfMemoryDeps {
  readonly provider: SlotProvider;
  readonly ledger: Ledger;
  readonly log: Logger;
}

/** GitHub shows a runner killed for memory as one that lost communication: only the engine knows why. Never rejects. */
export async function reportOutOfMemory(
  { provider, ledger, log }: OutOfMemoryDeps,
  name: string,
  exitCode: number,
  signal: AbortSignal,
): Promise<void> {
  if (exitCode !== KILLED) return;
  const slots = await provider.list(signal).catch(() => []);
  if (slots.find((slot) => slot.name === name)?.oomKilled !== true) return;
  const { pool, jobId } = ledger.slot(name) ?? { pool: null, jobId: null };
  const remedy = "Raise resources.memory of the pool, or let fewer jobs run at a time (scaling.max).";
  log.error("slot killed for lack of memory", { slot: name, pool, jobId, remedy });
}
