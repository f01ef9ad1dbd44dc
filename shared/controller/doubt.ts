import type { Tries } from "./doubt-book.ts";
import type { DoubtsEvent } from "./events.ts";
import type { LedgerJob } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import { hasSize } from "../fleet/sizes.ts";
import { scopeOf, sizeOf, type ServingPool } from "./pool-choice.ts";
import { servingPoolsOf } from "./serving.ts";
import { canTakeJob, isUnwanted, olderSlotFirst, type Slot } from "./slot.ts";

/** GitHub gives a job to an idle runner within seconds; one that it has not after this time is doubted. */
export const PASSED_OVER_AFTER_MS = 90_000;

const MINUTE_MS = 60_000;
/** After the first doubtful replacement of a pool the next ones wait this long each, the last again and again. */
const AGAIN_MS = [3, 6, 12].map((minutes) => minutes * MINUTE_MS);

/** A runner that is idle and online beside a job that waits for its like. */
interface PassedOver {
  readonly slot: Slot;
  readonly job: LedgerJob;
}

/** The job of one size that has waited longest at one place. */
interface Waiting {
  readonly job: LedgerJob;
  readonly size: readonly string[];
}

/** What is made of a pool's runners that GitHub passes over. */
export interface Doubt {
  /**
   * `doubted`: this one covers no job any more, so that another is started. `not-given`: one that was started for that
   * reason is not given the job either, so the fault is GitHub's, and nothing rotates.
   */
  readonly verdict: "doubted" | "not-given";
  readonly pool: string;
  readonly slot: string;
  readonly jobId: number;
}

export interface Doubts {
  /** One of a pool at most. */
  readonly verdicts: readonly Doubt[];
  /** Names of the runners that are passed over, doubted before or not. */
  readonly passedOver: ReadonlySet<string>;
  /** Pools for which a job waits. */
  readonly waiting: ReadonlySet<string>;
}

/**
 * Judges the runners that GitHub has listed as idle and online for 90 s beside a job of their class, which it has shown
 * to be queued for as long: labels, group or access differ from what is believed, or GitHub has lost the runner's
 * session. A pool replaces one at a time: the first at once, the next after 3, 6 and 12 minutes, and none once a runner
 * that was started for that reason is passed over too.
 *
 * https://github.com/actions/runner/issues/676, https://github.com/actions/runner/issues/4617
 */
export function judgeDoubts(ledger: Ledger, pools: readonly ServingPool[], nowMs: number): Doubts {
  const queued = longestQueued(ledger, pools);
  const passed = passedOver(ledger, queued);
  const byPool = Map.groupBy(passed, ({ slot }) => slot.pool);
  const verdicts = [...byPool].flatMap(([pool, each]) => judgePool(each, ledger.doubts.tries(pool), nowMs) ?? []);
  return {
    verdicts,
    passedOver: new Set(passed.map(({ slot }) => slot.name)),
    waiting: new Set([...queued.keys()].map((key) => key.split("\n")[0] ?? key)),
  };
}

/** What the ledger has to keep of it. */
export function doubtsEvent({ verdicts, waiting }: Doubts, atMs: number): DoubtsEvent {
  const doubted = verdicts.filter(({ verdict }) => verdict === "doubted").map(({ slot }) => slot);
  return { type: "doubts", atMs, doubted, waiting };
}

function passedOver(ledger: Ledger, queued: ReadonlyMap<string, readonly Waiting[]>): readonly PassedOver[] {
  if (queued.size === 0) return [];
  // Most slots are busy: they are left out before anything is done for each.
  const able = [...ledger.slots].filter((slot) => slot.state === "online" && canTakeJob(slot) && !isUnwanted(slot));
  return able.toSorted(olderSlotFirst).flatMap((slot) => {
    const waiting = queued.get(placeKey(slot.pool, slot.scope)) ?? [];
    const jobs = waiting.filter(({ size }) => hasSize(slot.sizeLabels, size)).map(({ job }) => job);
    const [first] = jobs.toSorted((a, b) => a.because.atMs - b.because.atMs);
    return first !== undefined && isPassedOver(slot, first) ? [{ slot, job: first }] : [];
  });
}

function isPassedOver(slot: Slot, job: LedgerJob): boolean {
  const sinceMs = Math.max(slot.because.atMs, job.because.atMs);
  const seenAtMs = Math.min(slot.idleSeenAtMs ?? 0, job.sweptAtMs ?? 0);
  return seenAtMs - sinceMs >= PASSED_OVER_AFTER_MS;
}

/** Of each pool, scope and size the job that has been queued longest, of those at the heads of their classes. */
function longestQueued(ledger: Ledger, pools: readonly ServingPool[]): ReadonlyMap<string, readonly Waiting[]> {
  const found = new Map<string, Waiting[]>();
  for (const jobClass of ledger.queue.classes) {
    const [job] = jobClass.queued;
    if (job === undefined) continue;
    for (const serving of servingPoolsOf(pools, jobClass)) {
      const key = placeKey(serving.pool.key, scopeOf(serving.pool, jobClass.repository));
      found.set(key, withLonger(found.get(key) ?? [], { job, size: sizeOf(serving, jobClass) }));
    }
  }
  return found;
}

function withLonger(known: readonly Waiting[], waiting: Waiting): Waiting[] {
  const isSame = ({ size }: Waiting): boolean => hasSize(size, waiting.size) && hasSize(waiting.size, size);
  const like = known.find(isSame);
  if (like !== undefined && like.job.because.atMs <= waiting.job.because.atMs) return [...known];
  return [...known.filter((each) => each !== like), waiting];
}

const placeKey = (pool: string, scope: string): string => `${pool}\n${scope}`;

function judgePool(passed: readonly PassedOver[], tries: Tries | null, nowMs: number): Doubt | null {
  const late = passed.find(({ slot }) => tries !== null && slot.plannedAtMs >= tries.lastAtMs);
  if (late !== undefined) return doubt("not-given", late);
  const [next] = passed.filter(({ slot }) => slot.doubtedAtMs === null);
  if (next === undefined) return null;
  if (tries !== null) {
    const againMs = AGAIN_MS[Math.min(tries.count, AGAIN_MS.length) - 1] ?? 0;
    if (nowMs < tries.lastAtMs + againMs) return null;
  }
  return doubt("doubted", next);
}

function doubt(verdict: Doubt["verdict"], { slot, job }: PassedOver): Doubt {
  return { verdict, pool: slot.pool, slot: slot.name, jobId: job.facts.jobId };
}
