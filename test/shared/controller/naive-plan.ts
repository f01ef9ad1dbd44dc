import { isDemand, isOverdue, olderFirst, queuedSinceMs, type LedgerJob } from "../../../shared/controller/job.ts";
import type { Ledger } from "../../../shared/controller/ledger.ts";
import { refusal, scopeOf, warmScopesOf, type ServingPool } from "../../../shared/controller/pool-choice.ts";
import { coveringSlots, isBusy, type Slot } from "../../../shared/controller/slot.ts";

export interface NaiveStart {
  readonly pool: string;
  readonly scope: string;
  readonly jobId: number | null;
}

/**
 * What the plan should start, in the plainest way that SPEC.md can be read: every job is looked at, each time. The
 * real plan has to come to the same with its indexes.
 */
export function naiveStarts(ledger: Ledger, pools: readonly ServingPool[], nowMs: number): readonly NaiveStart[] {
  const slots = [...ledger.slots];
  const covering = coveringSlots(slots);
  const free = new Set<Slot>([...covering].filter((slot) => !ledger.isDraining(slot.pool)));
  const room = new Map(pools.map(({ pool }) => [pool.key, pool.scaling.max - count(slots, pool.key)]));
  const size = new Map(
    pools.map(({ pool }) => [pool.key, slots.filter((slot) => counts(slot, pool.key, covering)).length]),
  );
  const mayStart = (key: string, scope: string): boolean =>
    !ledger.isDraining(key) && ledger.pauses.of(key, scope, nowMs) === null;
  const take = (key: string, scope: string): boolean => {
    const left = room.get(key) ?? 0;
    if (!mayStart(key, scope) || left <= 0) return false;
    room.set(key, left - 1);
    return true;
  };

  const jobs = [...ledger.jobs].filter((job) => isDemand(job) && !isOverdue(job, nowMs)).toSorted(olderFirst);
  const uncovered = jobs.filter((job) => !covered(job, pools, free));
  const waiting = new Map<ServingPool, LedgerJob[]>(pools.map((pool) => [pool, []]));
  const order: ServingPool[] = [];
  const unplaced: LedgerJob[] = [];
  for (const job of uncovered) {
    const scope = (each: ServingPool): string => scopeOf(each.pool, job.facts.repository);
    const pool = pools.find((each) => refusal(each, job.facts) === null && take(each.pool.key, scope(each)));
    if (pool === undefined) {
      unplaced.push(job);
      continue;
    }
    if (!order.includes(pool)) order.push(pool);
    waiting.get(pool)?.push(job);
  }

  const starts: NaiveStart[] = [];
  const start = (key: string, scope: string, jobId: number | null): void => {
    size.set(key, (size.get(key) ?? 0) + 1);
    starts.push({ pool: key, scope, jobId });
  };
  for (const serving of order) {
    const { pool } = serving;
    const queued = waiting.get(serving) ?? [];
    const uncoveredHere = queued.length + unplaced.filter((job) => refusal(serving, job.facts) === null).length;
    for (const job of queued) {
      const due = nowMs >= queuedSinceMs(job) + pool.scaling.cooldownSeconds * 1000;
      if (uncoveredHere < pool.scaling.queueThreshold && !due) room.set(pool.key, (room.get(pool.key) ?? 0) + 1);
      else start(pool.key, scopeOf(pool, job.facts.repository), job.facts.jobId);
    }
  }
  for (const { pool } of pools) {
    const scope = warmScopesOf(pool).find((each) => mayStart(pool.key, each)) ?? "";
    while ((size.get(pool.key) ?? 0) < pool.scaling.min && take(pool.key, scope)) start(pool.key, scope, null);
  }
  return starts;
}

function count(slots: readonly Slot[], key: string): number {
  return slots.filter((slot) => slot.pool === key).length;
}

function counts(slot: Slot, key: string, covering: ReadonlySet<Slot>): boolean {
  return slot.pool === key && (covering.has(slot) || (isBusy(slot) && !slot.retiring));
}

function covered(job: LedgerJob, pools: readonly ServingPool[], free: Set<Slot>): boolean {
  for (const serving of pools) {
    if (refusal(serving, job.facts) !== null) continue;
    const scope = scopeOf(serving.pool, job.facts.repository);
    const slot = [...free].find((each) => each.pool === serving.pool.key && each.scope === scope);
    if (slot !== undefined) return free.delete(slot);
  }
  return false;
}
