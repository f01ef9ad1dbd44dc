import { OperatorError } from "../errors/operator-error.ts";
import type { Ledger } from "./ledger.ts";
import { canTakeJob, isBusy } from "./slot.ts";
import { nearestRemedy } from "../fleet/nearest.ts";

/** The slots of a pool that is being drained. */
export interface DrainProgress {
  /** Whether the pool starts nothing new. */
  readonly draining: boolean;
  /** All that still exist, whatever their state. */
  readonly slots: number;
  readonly busy: number;
  /** Those that could still take a job: they are coming up, or idle and not yet deregistered. */
  readonly open: number;
}

/** What the controller believes of a pool's slots. */
export function drainProgress(ledger: Ledger, pool: string): DrainProgress {
  const slots = [...ledger.slots].filter((slot) => slot.pool === pool);
  return {
    draining: ledger.isDraining(pool),
    slots: slots.length,
    busy: slots.filter(isBusy).length,
    open: slots.filter(canTakeJob).length,
  };
}

/** A pool was named that the configuration does not have. */
export class UnknownPool extends OperatorError<"unknown-pool"> {
  constructor(pool: string, known: readonly string[]) {
    const remedy = nearestRemedy(pool, known, `The pools are: ${known.join(", ")}.`);
    super("unknown-pool", `There is no pool ${pool}.`, remedy);
  }
}
