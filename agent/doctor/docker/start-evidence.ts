import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import type { Status } from "../../../shared/status/status.ts";
import { shortage, type RoomRule } from "../../slots/docker/admission.ts";
import { shortHash } from "../../slots/pool-hash.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { Skipped } from "../check/check.ts";

const FRESH_MS = 60 * 60_000;

/**
 * Why a pool's container is not started by the doctor: a job of it that ended well within the hour, on these settings,
 * shows more; and where the agent would let no slot in, the doctor takes no memory either. Null where neither holds.
 */
export function spared(pool: Pool, fleet: Fleet, rule: RoomRule, status: Status | null): Skipped | null {
  if (shortage(rule, pool, 0) !== null) return new Skipped("this machine has no room for one more container", "room");
  const atMs = status === null ? null : lastGoodMs(pool, fleet, status);
  if (status === null || atMs === null) return null;
  const age = ageText(status.atMs - atMs);
  return new Skipped(`a job of ${pool.key} ended well ${age} ago, which shows more than a try would`);
}

function lastGoodMs({ key }: Pool, fleet: Fleet, { fleet: served, pools, atMs }: Status): number | null {
  if (served.hash !== shortHash(fleet)) return null;
  const outcomes = pools.find((pool) => pool.key === key)?.outcomes ?? [];
  const good = outcomes.find(
    (outcome) =>
      outcome.kind === "job" &&
      outcome.exitCode === 0 &&
      atMs - outcome.atMs < FRESH_MS &&
      outcome.atMs - (outcome.ranMs ?? 0) >= served.loadedAtMs,
  );
  return good?.atMs ?? null;
}
