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

/**
 * What keeps a pool from starting a slot in one scope at this moment; null where nothing does. `untilMs` is null where no
 * time ends it.
 */
export function holdOf(
  ledger: Ledger,
  pool: string,
  scope: string,
  nowMs: number,
): { readonly untilMs: number | null } | null {
  const pause = ledger.operatorPause(nowMs);
  if (pause !== null) return pause;
  if (ledger.isDraining(pool)) return { untilMs: null };
  return ledger.pauses.of(pool, scope, nowMs);
}
