import type { Clock } from "../../shared/clock/clock.ts";
import { accountsOfPatterns, fillIn } from "../../shared/fleet/fill-in.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { GitHub } from "../github/model/types.ts";
import { FoundRepositories } from "./found-repositories.ts";
import type { SweepFailures } from "./sweep-failures.ts";

export interface FilledFleetOptions {
  readonly github: Pick<GitHub, "listAccountRepositories" | "readRepository">;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * The fleet with what its patterns take in at this moment, for a process that asks once. What fails is noted in
 * `failures`; rejects only with the signal's reason.
 */
export async function filledFleet(options: FilledFleetOptions, failures: SweepFailures): Promise<Fleet> {
  const { fleet, signal } = options;
  const found = new FoundRepositories({ ...options, changed: () => {} });
  await found.look(accountsOfPatterns(fleet), failures, signal);
  return { ...fleet, pools: fleet.pools.map((pool) => fillIn(pool, found.listed)) };
}
