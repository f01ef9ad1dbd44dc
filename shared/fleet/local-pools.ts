import { enginesOf, LOCAL_ENGINE } from "./engine.ts";
import type { Fleet, Pool } from "./pool.ts";

/** Whether slots of the pool may be on the local engine. */
export function isOnLocalEngine(pool: Pool): boolean {
  return enginesOf(pool).includes(LOCAL_ENGINE);
}

/** The fleet with the pools alone whose slots may be on the local engine. */
export function onLocalEngine(fleet: Fleet): Fleet {
  return { ...fleet, pools: fleet.pools.filter(isOnLocalEngine) };
}
