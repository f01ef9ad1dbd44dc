import type { Kept } from "./engine-inventory.ts";
import { discard } from "./raw-call.ts";

const PATHS: Readonly<Record<Kept["kind"], (ref: string) => string>> = {
  container: (ref) => `/containers/${ref}?force=1&v=1`,
  volume: (ref) => `/volumes/${ref}`,
  network: (ref) => `/networks/${ref}`,
  image: (ref) => `/images/${ref}?force=1`,
};
/** What holds others goes before them. */
const ORDER = ["container", "network", "volume", "image"] as const;

/** Removes all of it; things that are gone already are none. Images go by their names: others may have the same layers. */
export async function clearAway(things: readonly Kept[]): Promise<void> {
  for (const kind of ORDER) {
    for (const { id, names } of things.filter((each) => each.kind === kind)) {
      const refs = kind === "image" && names.length > 0 ? names : [id];
      for (const ref of refs) await discard(PATHS[kind](ref));
    }
  }
}
