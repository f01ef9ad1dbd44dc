import type { Fleet } from "../fleet/pool.ts";
import type { ControllerEvent } from "./events.ts";

/** How many slots the operator lets be, on the machine and on each engine, as the ledger hears of it. */
export function boundsOfFleet({ maxSlots, engines = [] }: Fleet): ControllerEvent {
  const bounded = engines.flatMap(({ name, maxSlots: most }) => (most === null ? [] : [[name, most] as const]));
  return { type: "bound", maxSlots: maxSlots ?? null, engines: new Map(bounded) };
}
