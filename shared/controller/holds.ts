import { enginesOf, LOCAL_ENGINE } from "../fleet/engine.ts";
import type { Pool } from "../fleet/pool.ts";
import type { Ledger } from "./ledger.ts";
import type { OperatorPause } from "./operator-pause.ts";
import type { Pause, PlacedPause } from "./pool-pauses.ts";

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
  pool: Pool,
  scope: string,
  nowMs: number,
): { readonly untilMs: number | null } | null {
  const pause = ledger.operatorPause(nowMs);
  if (pause !== null) return pause;
  if (ledger.isDraining(pool.key)) return { untilMs: null };
  const paused = ledger.pauses.of(pool.key, scope, nowMs);
  if (paused !== null) return paused;
  if (usableEngines(ledger, pool, nowMs).length > 0) return null;
  return enginePauses(ledger, pool, nowMs)[0] ?? { untilMs: null };
}

/** The engines that may start a slot of the pool at this moment, room or not, the preferred one first. */
export function usableEngines(ledger: Ledger, pool: Pool, nowMs: number): readonly string[] {
  return answering(ledger, pool).filter((engine) => ledger.pauses.on(pool.key, engine, nowMs) === null);
}

/** What holds the pool back on those of its engines that answer, what ends first before the rest. */
export function enginePauses(ledger: Ledger, pool: Pool, nowMs: number): readonly Pause[] {
  return answering(ledger, pool)
    .flatMap((engine) => ledger.pauses.on(pool.key, engine, nowMs) ?? [])
    .toSorted((a, b) => a.untilMs - b.untilMs);
}

/** What this machine does beside jobs holds back its own engine alone. */
function answering(ledger: Ledger, pool: Pool): readonly string[] {
  const isHeld = ledger.house(pool.key).holds.length > 0;
  return enginesOf(pool).filter((engine) => !ledger.engines.isSilent(engine) && !(isHeld && engine === LOCAL_ENGINE));
}
