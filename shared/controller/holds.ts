import type { Ledger } from "./ledger.ts";
import type { OperatorPause } from "./operator-pause.ts";
import type { PlacedPause } from "./pool-pauses.ts";

/** What keeps pools from starting slots. */
export interface Holds {
  /** Keys of the pools that the operator drains. */
  readonly drained: readonly string[];
  readonly pauses: readonly PlacedPause[];
  /** The operator's pause of the whole fleet; null where there is none. */
  readonly operatorPause: OperatorPause | null;
}

/** What holds the pools back at this moment. */
export function holdsOf(ledger: Ledger, pools: readonly string[], nowMs: number): Holds {
  return {
    drained: pools.filter((pool) => ledger.isDraining(pool)),
    pauses: ledger.pauses.running(nowMs),
    operatorPause: ledger.operatorPause(nowMs),
  };
}
