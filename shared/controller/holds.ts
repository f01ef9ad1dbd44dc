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

/** What keeps one pool from starting slots. `untilMs` is null where no time ends it. */
export type PoolHold =
  | { readonly code: "operator-pause"; readonly untilMs: number | null }
  | { readonly code: "draining"; readonly untilMs: null }
  /** This machine is at other work, in words; `untilMs` is when another engine of the pool is tried again. */
  | { readonly code: "house"; readonly why: readonly string[]; readonly untilMs: number | null }
  /** `why` is the code of the pause, `failures` those in a row. */
  | { readonly code: "paused"; readonly why: string; readonly failures: number; readonly untilMs: number }
  | { readonly code: "engine-silent"; readonly untilMs: null };

/** What keeps a pool from starting a slot in one scope at this moment; null where nothing does. */
export function holdOf(ledger: Ledger, pool: Pool, scope: string, nowMs: number): PoolHold | null {
  const pause = ledger.operatorPause(nowMs);
  if (pause !== null) return { code: "operator-pause", untilMs: pause.untilMs };
  if (ledger.isDraining(pool.key)) return { code: "draining", untilMs: null };
  const wide = ledger.pauses.of(pool.key, scope, nowMs);
  if (wide !== null) return paused(wide);
  return usableEngines(ledger, pool, nowMs).length > 0 ? null : holdOfEngines(ledger, pool, nowMs);
}

/** Why none of its engines starts a slot of the pool. */
function holdOfEngines(ledger: Ledger, pool: Pool, nowMs: number): PoolHold {
  const [first] = enginePauses(ledger, pool, nowMs);
  const { holds: why } = ledger.house(pool.key);
  if (why.length > 0) return { code: "house", why, untilMs: first?.untilMs ?? null };
  return first === undefined ? { code: "engine-silent", untilMs: null } : paused(first);
}

function paused({ code: why, failures, untilMs }: Pause): PoolHold {
  return { code: "paused", why, failures, untilMs };
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
