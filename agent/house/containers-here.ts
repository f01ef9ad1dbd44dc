import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import { enginesBehind } from "../slots/slot-engines.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";
import type { HouseOptions } from "./watch-house.ts";

/** How to ask this machine's engine which containers run; null where there is none, or it does not tell. */
export function containersHere(provider: SlotProvider): HouseOptions["running"] {
  const local = enginesBehind(provider).get(LOCAL_ENGINE);
  return local?.containersRunning?.bind(local) ?? null;
}
