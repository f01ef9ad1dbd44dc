import { allocate, isBelowThreshold, type MayStart } from "./allocation.ts";
import { judgeDoubts } from "./doubt.ts";
import { isGone, isOverdue, queuedSinceMs, type LedgerJob } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import { PoolBook } from "./pool-book.ts";
import { refusal, scopeOf, type ServingPool } from "./pool-choice.ts";
import type { WaitReason } from "./reasons.ts";
import { servingPools } from "./serving.ts";

/** Why nothing is started for a job at this moment, or null if something is. Changes nothing. */
export function waitReason(
  ledger: Ledger,
  pools: readonly ServingPool[],
  jobId: number,
  nowMs: number,
): WaitReason | null {
  const job = ledger.job(jobId);
  if (job === undefined) return { code: "unknown" };
  const { phase } = job.facts;
  if (phase !== "queued") return { code: "not-queued", phase };
  if (isGone(job)) return { code: "gone", sinceMs: job.absentSinceMs ?? 0 };
  if (job.unconfirmed) return { code: "unconfirmed" };
  if (isOverdue(job, nowMs)) return { code: "overdue" };
  const serving = servingPools(pools, job.facts);
  if (serving.length === 0) return { code: "no-pool", refusals: refusals(pools, job) };
  return placeReason(ledger, pools, serving, job, nowMs);
}

/** A slot can take it; or GitHub does not give it to those that could. */
function coverReason(
  ledger: Ledger,
  pools: readonly ServingPool[],
  serving: readonly ServingPool[],
  nowMs: number,
  first: string,
): WaitReason {
  const { verdicts } = judgeDoubts(ledger, pools, nowMs);
  const verdict = verdicts.find(({ pool }) => serving.some((each) => each.pool.key === pool));
  if (verdict?.verdict === "not-given") return { code: "not-given", pool: verdict.pool, slot: verdict.slot };
  return { code: "covered", pool: first };
}

function refusals(pools: readonly ServingPool[], job: LedgerJob) {
  return pools.flatMap((pool) => {
    const why = refusal(pool, job.facts);
    return why === null ? [] : [{ pool: pool.pool.key, refusal: why }];
  });
}

function placeReason(
  ledger: Ledger,
  pools: readonly ServingPool[],
  serving: readonly ServingPool[],
  job: LedgerJob,
  nowMs: number,
): WaitReason | null {
  const book = new PoolBook(pools, ledger.slots, (pool) => ledger.isDraining(pool), ledger.maxSlots);
  const mayStart: MayStart = (pool, scope) => !ledger.isDraining(pool) && ledger.pauses.of(pool, scope, nowMs) === null;
  const allocation = allocate(ledger, pools, book, mayStart, nowMs);
  for (const [each, jobs] of allocation.starts) {
    if (!jobs.includes(job)) continue;
    const { key, scaling } = each.pool;
    const untilMs = queuedSinceMs(job) + scaling.cooldownSeconds * 1000;
    const held = isBelowThreshold(allocation, each) && nowMs < untilMs;
    return held ? { code: "threshold", pool: key, untilMs } : null;
  }
  const keys = serving.map(({ pool }) => pool.key);
  const [first = ""] = keys;
  if (!keys.every((key) => allocation.unplaced.has(key))) return coverReason(ledger, pools, serving, nowMs, first);
  for (const each of serving) {
    const { key, scaling } = each.pool;
    const untilMs = queuedSinceMs(job) + scaling.cooldownSeconds * 1000;
    const held = allocation.starts.has(each) && isBelowThreshold(allocation, each) && nowMs < untilMs;
    if (held) return { code: "threshold", pool: key, untilMs };
  }
  for (const { pool: each } of serving) {
    const pool = each.key;
    const pause = ledger.pauses.of(pool, scopeOf(each, job.facts.repository), nowMs);
    if (pause !== null) return { code: "paused", pool, why: pause.code, untilMs: pause.untilMs };
    if (ledger.isDraining(pool)) return { code: "draining", pool };
  }
  return book.isMachineFull ? { code: "machine-full", maxSlots: ledger.maxSlots } : { code: "full", pools: keys };
}
