import { enginesOf, LOCAL_ENGINE } from "./engine.ts";
import type { Fleet } from "./pool.ts";

/** The fleet with the pools alone whose slots may be on the local engine. */
export function onLocalEngine(fleet: Fleet): Fleet {
  return { ...fleet, pools: fleet.pools.filter((pool) => enginesOf(pool).includes(LOCAL_ENGINE)) };
}
