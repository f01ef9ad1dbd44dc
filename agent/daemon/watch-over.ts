import { containersHere } from "../house/containers-here.ts";
import { watchHouse, type HouseOptions } from "../house/watch-house.ts";
import { machineFacts, type MachineFacts } from "../house/machine-facts.ts";
import { enforceTimeLimits, type TimeLimitOptions } from "../slots/time-limits.ts";

export interface WatchOverOptions extends TimeLimitOptions, Pick<HouseOptions, "feed"> {
  /** What this machine does beside jobs; by /proc where it is left out. */
  readonly facts?: MachineFacts;
}

/** Looks after what no event tells of, until `signal` is aborted: jobs past their time, and the machine's other work. Never rejects. */
export async function watchOver(options: WatchOverOptions, signal: AbortSignal): Promise<void> {
  const running = containersHere(options.provider);
  const house = watchHouse({ ...options, facts: options.facts ?? machineFacts(), running }, signal);
  await Promise.all([enforceTimeLimits(options, signal), house]);
}
