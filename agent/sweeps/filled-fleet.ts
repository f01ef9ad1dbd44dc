import { accountsOfPatterns, fillIn } from "../../shared/fleet/fill-in.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { AccountRepository, GitHub } from "../github/model/types.ts";
import type { SweepFailures } from "./sweep-failures.ts";

/** The fleet with what its patterns take in at this moment, for a process that asks once. What fails is noted. */
export async function filledFleet(
  github: Pick<GitHub, "listAccountRepositories">,
  fleet: Fleet,
  failures: SweepFailures,
  signal: AbortSignal,
): Promise<Fleet> {
  const listed: AccountRepository[] = [];
  for (const account of accountsOfPatterns(fleet)) {
    const read = () => github.listAccountRepositories(account, signal);
    listed.push(...((await failures.attempt(`repositories of ${account}`, account, read))?.items ?? []));
  }
  const recent = listed.toSorted((a, b) => (b.pushedAtMs ?? 0) - (a.pushedAtMs ?? 0));
  return { ...fleet, pools: fleet.pools.map((pool) => fillIn(pool, recent)) };
}
