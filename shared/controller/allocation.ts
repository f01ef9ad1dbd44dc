import type { Pool } from "../fleet/pool.ts";
import { Holdings } from "./holdings.ts";
import { isOverdue, queuedSinceMs, type LedgerJob } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import { MergedQueue, type QueueCursor, type TurnOf } from "./merged-queue.ts";
import type { PoolBook } from "./pool-book.ts";
import { limitsAt } from "./pool-limits.ts";
import { scopeOf, sizeOf, type ServingPool } from "./pool-choice.ts";
import { hasShare, highestPriority } from "./shares.ts";
import { servingPoolsOf } from "./serving.ts";
import type { Slot } from "./slot.ts";

/** Which places the queued jobs get: slots that exist already, then new ones. */
export interface Allocation {
  /** Jobs that a slot can take, each with the slot that was counted for it: GitHub may give it another of its kind. */
  readonly covered: ReadonlyMap<LedgerJob, Slot>;
  /** Jobs for which a place was reserved, by pool, in their order. */
  readonly starts: ReadonlyMap<ServingPool, readonly LedgerJob[]>;
  /**
   * How many jobs found no place, by the key of each pool that may serve them; counted no further than anybody asks,
   * which is to the pool's threshold or its `max`.
   */
  readonly unplaced: ReadonlyMap<string, number>;
  /** The same without the jobs for which the pool could start nothing if it had room. */
  readonly starved: ReadonlyMap<string, number>;
  /** What each repository holds once they are given. */
  readonly holdings: Holdings;
  /** The first job that is older than GitHub lets a job wait, and that no sweep has seen at that age. */
  readonly overdue: LedgerJob | null;
}

/** Whether a pool may start runners that register with `scope`. */
export type MayStart = (pool: Pool, scope: string) => boolean;

/** A job that has waited for longer goes before turns. */
const TURNS_FOR_MS = 10 * 60_000;
/** No repository holds as many places. */
const MORE_THAN_ANY_TURN = 1_000_000;
type Place = QueueCursor<readonly ServingPool[]>;

/**
 * Covers demand with slots that can take a job, oldest first, in any pool that may serve it; what is left reserves
 * places in the first pool in file order that `mayStart` and has room. There the repositories take turns by what each of
 * them holds already, so that one with many jobs does not keep the others waiting; a job that has waited for ten minutes
 * goes before turns, and pools of a higher priority before that. A pool holds no more than its share for a repository.
 * Once a class finds no place, none of its younger jobs can: so this reads as many jobs as there are places, however many
 * wait.
 */
export function allocate(
  ledger: Ledger,
  pools: readonly ServingPool[],
  book: PoolBook,
  mayStart: MayStart,
  nowMs: number,
): Allocation {
  const places: Place[] = [];
  for (const jobClass of ledger.queue.classes) {
    const value = servingPoolsOf(pools, jobClass);
    if (value.length > 0) places.push({ jobClass, value, next: 0 });
  }
  const covered = new Map<LedgerJob, Slot>();
  const pass: Pass = { book, nowMs, covered, holdings: new Holdings(ledger), overdue: null };
  const uncovered = cover(places, pass);
  return { ...reserve(uncovered, pass, askedOnce(mayStart)), covered, holdings: pass.holdings, overdue: pass.overdue };
}

/** Whether a pool's uncovered jobs, with a place or without, are too few for its threshold. */
export function isBelowThreshold({ starts, unplaced }: Allocation, serving: ServingPool): boolean {
  const { key, scaling } = serving.pool;
  return (starts.get(serving)?.length ?? 0) + (unplaced.get(key) ?? 0) < scaling.queueThreshold;
}

interface Pass {
  readonly book: PoolBook;
  readonly nowMs: number;
  readonly covered: Map<LedgerJob, Slot>;
  readonly holdings: Holdings;
  overdue: LedgerJob | null;
}

function isHeld(pass: Pass, job: LedgerJob): boolean {
  if (!isOverdue(job, pass.nowMs)) return false;
  pass.overdue ??= job;
  return true;
}

function cover(places: readonly Place[], pass: Pass): readonly Place[] {
  const queue = new MergedQueue(places);
  const uncovered: Place[] = [];
  for (let taken = queue.take(); taken !== null; taken = queue.take()) {
    const { job, cursor } = taken;
    const { repository } = job.facts;
    const held = isHeld(pass, job);
    const slot = held ? undefined : coverIn(cursor.value, job, pass.book);
    if (slot !== undefined) {
      pass.covered.set(job, slot);
      pass.holdings.add(slot.pool, repository);
    }
    if (held || slot !== undefined) queue.putBack(cursor);
    else uncovered.push(cursor);
  }
  return uncovered;
}

/** A slot in the first of the pools that has one. */
function coverIn(serving: readonly ServingPool[], { facts }: LedgerJob, book: PoolBook): Slot | undefined {
  for (const each of serving) {
    const slot = book.cover(each.pool.key, scopeOf(each.pool, facts.repository), sizeOf(each, facts));
    if (slot !== undefined) return slot;
  }
  return undefined;
}

function reserve(
  places: readonly Place[],
  pass: Pass,
  mayStart: MayStart,
): Pick<Allocation, "starts" | "unplaced" | "starved"> {
  const queue = new MergedQueue(places, turnsBy(pass));
  const starts = new Map<ServingPool, LedgerJob[]>();
  const unplaced = new Map<string, number>();
  const starved = new Map<string, number>();
  for (let taken = queue.take(); taken !== null; taken = queue.take()) {
    const { job, cursor } = taken;
    const held = isHeld(pass, job);
    const { repository } = job.facts;
    const allowed = ({ pool: each }: ServingPool): boolean =>
      mayStart(each, scopeOf(each, repository)) && hasShare(each, repository, pass.holdings);
    const pool = held ? undefined : cursor.value.find((each) => allowed(each) && pass.book.reserve(each.pool.key));
    if (pool !== undefined) enter(starts, pool, job, pass);
    else if (!held) {
      for (const each of cursor.value) {
        countUnplaced(unplaced, cursor, each, pass.nowMs);
        if (allowed(each)) countUnplaced(starved, cursor, each, pass.nowMs);
      }
      continue;
    }
    queue.putBack(cursor);
  }
  return { starts, unplaced, starved };
}

/** Nothing that holds a pool back changes within one plan, and many jobs ask for the same few places. */
function askedOnce(mayStart: MayStart): MayStart {
  const answers = new Map<Pool, Map<string, boolean>>();
  return (pool, scope) => {
    const ofPool = answers.get(pool) ?? new Map<string, boolean>();
    const answer = ofPool.get(scope) ?? mayStart(pool, scope);
    answers.set(pool, ofPool.set(scope, answer));
    return answer;
  };
}

/** The more classes wait, the less of each is asked for. */
function countUnplaced(counts: Map<string, number>, place: Place, { pool }: ServingPool, nowMs: number): void {
  const counted = counts.get(pool.key) ?? 0;
  const most = Math.max(pool.scaling.queueThreshold, limitsAt(pool, nowMs).max);
  counts.set(pool.key, counted + countLeft(place, nowMs, most - counted));
}

/** How many jobs of a class are left from the one at its cursor on, `most` at most. */
function countLeft({ jobClass, next }: Place, nowMs: number, most: number): number {
  let jobs = 0;
  for (let at = next; jobs < most; at += 1) {
    const job = jobClass.queued[at];
    if (job === undefined) break;
    if (!isOverdue(job, nowMs)) jobs += 1;
  }
  return jobs;
}

/** Pools of a higher priority go before all turns. */
function turnsBy({ holdings, nowMs }: Pass): TurnOf<readonly ServingPool[]> {
  return (job, { value }) => {
    const turn = nowMs - queuedSinceMs(job) > TURNS_FOR_MS ? -1 : holdings.in(value, job.facts.repository);
    return turn - highestPriority(value) * MORE_THAN_ANY_TURN;
  };
}

function enter(starts: Map<ServingPool, LedgerJob[]>, pool: ServingPool, job: LedgerJob, { holdings }: Pass): void {
  holdings.add(pool.pool.key, job.facts.repository);
  const jobs = starts.get(pool);
  if (jobs === undefined) starts.set(pool, [job]);
  else jobs.push(job);
}
