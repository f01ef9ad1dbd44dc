import type { Ledger } from "./ledger.ts";
import type { PlacedPause } from "./pool-pauses.ts";

/** What keeps pools from starting slots. */
export interface Holds {
  /** Keys of the pools that the operator drains. */
  readonly drained: readonly string[];
  readonly pauses: readonly PlacedPause[];
}

/** What holds the pools back at this moment. */
export function holdsOf(ledger: Ledger, pools: readonly string[], nowMs: number): Holds {
  return { drained: pools.filter((pool) => ledger.isDraining(pool)), pauses: ledger.pauses.running(nowMs) };
}
