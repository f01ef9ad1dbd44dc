import type { Ledger } from "../controller/ledger.ts";
import { limitsAt } from "../controller/pool-limits.ts";
import { warmScopesOf, type ServingPool } from "../controller/pool-choice.ts";
import { servingPoolsOf } from "../controller/serving.ts";
import { coveringSlots, type Slot } from "../controller/slot.ts";
import { enginesOf } from "../fleet/engine.ts";
import type { Pool } from "../fleet/pool.ts";
import type { PoolStatus } from "./pool-status.ts";
import type { Status } from "./status.ts";

/** What is known of a pool beside the ledger. */
export type PoolHistory = Pick<PoolStatus, "lastFailure" | "outcomes" | "imageBuiltAtMs">;

/** Each pool with its slots, its jobs that wait, and what keeps it from starting any. */
export function describePools(
  ledger: Ledger,
  pools: readonly ServingPool[],
  historyOf: (pool: Pool) => PoolHistory,
  nowMs: number,
): PoolStatus[] {
  const slots = Map.groupBy(ledger.slots, ({ pool }) => pool);
  const covering = coveringSlots(ledger.slots, ledger.engines);
  const waiting = waitingByPool(ledger, pools);
  return pools.map(({ pool, runnerLabels }) => {
    const { key, scaling, image, network } = pool;
    const held = slots.get(key) ?? [];
    const { min, max, scheduled: applies, untilMs } = limitsAt(pool, nowMs);
    return {
      key,
      labels: [...runnerLabels],
      min,
      max,
      ...(pool.maxPerRepository === undefined ? {} : { maxPerRepository: pool.maxPerRepository }),
      ...(pool.priority === undefined ? {} : { priority: pool.priority }),
      ...(pool.holdWhile === undefined ? {} : { house: houseOf(ledger, key) }),
      ...(pool.schedule === undefined ? {} : { schedule: { applies, untilMs } }),
      queueThreshold: scaling.queueThreshold,
      cooldownSeconds: scaling.cooldownSeconds,
      image,
      network,
      ...(pool.sizes === undefined ? {} : { sizes: pool.sizes }),
      slots: byState(held),
      idle: held.filter((slot) => covering.has(slot)).length,
      held: held.length,
      engines: [...enginesOf(pool)],
      draining: ledger.isDraining(key),
      pauses: ledger.pauses.list(key, warmScopesOf(pool), nowMs, enginesOf(pool)).map((pause) => ({ ...pause })),
      waiting: waiting.get(key) ?? 0,
      ...historyOf(pool),
    };
  });
}

/** The slots that there are, oldest first. */
export function describeSlots(ledger: Ledger): Status["slots"] {
  return [...ledger.slots]
    .toSorted((a, b) => a.plannedAtMs - b.plannedAtMs)
    .map(({ name, because, doubtedAtMs, sizeLabels, ...slot }) => ({
      slot: name,
      pool: slot.pool,
      scope: slot.scope,
      ...(sizeLabels.length === 0 ? {} : { sizeLabels: [...sizeLabels] }),
      engine: slot.engine,
      ...(slot.node === null ? {} : { node: slot.node }),
      state: slot.state,
      sinceMs: because.atMs,
      plannedAtMs: slot.plannedAtMs,
      runnerId: slot.runnerId,
      jobId: slot.jobId,
      retiring: slot.retiring,
      outdated: slot.outdated,
      doubted: doubtedAtMs !== null,
    }));
}

function houseOf(ledger: Ledger, pool: string): NonNullable<PoolStatus["house"]> {
  const { holds, unseen } = ledger.house(pool);
  return { holds: [...holds], unseen: [...unseen] };
}

function byState(slots: readonly Slot[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of slots) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function waitingByPool(ledger: Ledger, pools: readonly ServingPool[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const jobClass of ledger.queue.classes) {
    for (const { pool } of servingPoolsOf(pools, jobClass))
      counts.set(pool.key, (counts.get(pool.key) ?? 0) + jobClass.queued.length);
  }
  return counts;
}
