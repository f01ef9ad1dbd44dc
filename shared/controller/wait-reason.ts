import { enginesOf } from "../fleet/engine.ts";
import type { Pool } from "../fleet/pool.ts";
import { allocate, isBelowThreshold, type Allocation, type MayStart } from "./allocation.ts";
import type { JobTraits } from "./demand.ts";
import { judgeDoubts, type Doubt, type Doubts } from "./doubt.ts";
import { holdOf, type PoolHold } from "./holds.ts";
import { isGone, isOverdue, queuedSinceMs, type LedgerJob } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import { PoolBook } from "./pool-book.ts";
import { limitsAt } from "./pool-limits.ts";
import { refusal, scopeOf, type ServingPool } from "./pool-choice.ts";
import { hasShare, priorityOf } from "./shares.ts";
import { servingPools } from "./serving.ts";
import type { Slot } from "./slot.ts";
import type { WaitCode, WaitReason } from "./wait-reason-schema.ts";

/** The pause of a machine that is short of disk or memory. */
const NO_ROOM = "slot-no-room";
/** That of a swarm without a node for a slot. */
const NO_NODE = "slot-no-node";

/** Of several pools that may serve a job, the one that will do so with the least done about it tells why it waits. */
const MILDEST_FIRST: readonly WaitCode[] = [
  "threshold",
  "full",
  "machine-full",
  "scheduled",
  "share",
  "house",
  "no-node",
  "no-room",
  "paused",
  "engine-silent",
  "draining",
  "operator-pause",
];

/** Why a job has no runner at this moment. Changes nothing. For many jobs at the same time use `WaitReasons`. */
export function waitReason(ledger: Ledger, pools: readonly ServingPool[], jobId: number, nowMs: number): WaitReason {
  const job = ledger.job(jobId);
  return job === undefined ? { code: "unheard" } : new WaitReasons(ledger, pools, nowMs).of(job);
}

/**
 * Why each job has no runner at one moment: an answer for every job, by the plan that the controller would make then.
 * The plan is made once, when the first queued job is asked about. Changes nothing.
 */
export class WaitReasons {
  readonly #ledger: Ledger;
  readonly #pools: readonly ServingPool[];
  readonly #nowMs: number;
  readonly #holds: readonly string[];
  readonly #known = new Map<LedgerJob, WaitReason>();
  readonly #kinds = new Map<readonly string[], Kind>();
  #places: Places | null = null;

  /** `holds` say why nothing is planned yet. */
  constructor(ledger: Ledger, pools: readonly ServingPool[], nowMs: number, holds: readonly string[] = []) {
    this.#ledger = ledger;
    this.#pools = pools;
    this.#nowMs = nowMs;
    this.#holds = holds;
  }

  of(job: LedgerJob): WaitReason {
    const known = this.#known.get(job);
    if (known !== undefined) return known;
    const reason = this.#reasonOf(job);
    this.#known.set(job, reason);
    return reason;
  }

  #reasonOf(job: LedgerJob): WaitReason {
    const { phase, conclusion, runnerName } = job.facts;
    if (phase === "completed") return { code: "ended", conclusion };
    if (phase === "in_progress") return { code: "running", runner: runnerName };
    if (phase === "waiting") return { code: "held" };
    if (isGone(job)) return { code: "gone", sinceMs: job.absentSinceMs ?? 0 };
    if (job.unconfirmed) return { code: "unconfirmed" };
    if (isOverdue(job, this.#nowMs)) return { code: "overdue" };
    const kind = this.#kindOf(job);
    if (kind.serving.length === 0) return (kind.reason ??= { code: "no-pool", refusals: refusals(this.#pools, job) });
    if (this.#holds.length > 0) return (kind.reason ??= { code: "not-ready", holds: [...this.#holds] });
    this.#places ??= new Places(this.#ledger, this.#pools, this.#nowMs);
    return this.#places.reasonOf(job, kind);
  }

  /** The jobs of a class share their list of labels, by which a class is known here without a key being made for each job. */
  #kindOf({ facts }: LedgerJob): Kind {
    const { labels, repository, isPrivate } = facts;
    const known = this.#kinds.get(labels);
    if (known !== undefined && known.repository === repository && known.isPrivate === isPrivate) return known;
    const kind: Kind = { repository, isPrivate, serving: servingPools(this.#pools, facts), reason: null };
    this.#kinds.set(labels, kind);
    return kind;
  }
}

/** What is the same for all jobs of a class. */
interface Kind extends Pick<JobTraits, "repository" | "isPrivate"> {
  readonly serving: readonly ServingPool[];
  /** Why those of them wait that nothing was found for, once that is known. */
  reason: WaitReason | null;
}

function refusals(pools: readonly ServingPool[], job: LedgerJob) {
  return pools.flatMap((pool) => {
    const why = refusal(pool, job.facts);
    return why === null ? [] : [{ pool: pool.pool.key, refusal: why }];
  });
}

/** The places of one plan, and who gets them. */
class Places {
  readonly #ledger: Ledger;
  readonly #pools: readonly ServingPool[];
  readonly #nowMs: number;
  readonly #book: PoolBook;
  readonly #allocation: Allocation;
  readonly #doubts: Doubts;
  readonly #startedIn: ReadonlyMap<LedgerJob, ServingPool>;

  constructor(ledger: Ledger, pools: readonly ServingPool[], nowMs: number) {
    this.#ledger = ledger;
    this.#pools = pools;
    this.#nowMs = nowMs;
    this.#book = new PoolBook(ledger, pools, nowMs);
    const mayStart: MayStart = (pool, scope) => holdOf(ledger, pool, scope, nowMs) === null;
    this.#allocation = allocate(ledger, pools, this.#book, mayStart, nowMs);
    this.#doubts = judgeDoubts(ledger, pools, nowMs);
    this.#startedIn = new Map(
      [...this.#allocation.starts].flatMap(([pool, jobs]) => jobs.map((job) => [job, pool] as const)),
    );
  }

  reasonOf(job: LedgerJob, kind: Kind): WaitReason {
    const slot = this.#allocation.covered.get(job);
    if (slot !== undefined) return this.#coverReason(slot);
    const startedIn = this.#startedIn.get(job);
    if (startedIn !== undefined)
      return this.#threshold(startedIn, job) ?? { code: "starting", pool: startedIn.pool.key };
    if (kind.reason !== null) return kind.reason;
    const reason = this.#withoutPlace(job, kind.serving);
    // How long a pool waits for more jobs is each job's own.
    if (!kind.serving.some((each) => this.#isGathering(each))) kind.reason = reason;
    return reason;
  }

  #withoutPlace(job: LedgerJob, serving: readonly ServingPool[]): WaitReason {
    const [mildest, ...others] = serving
      .map((each) => this.#poolReason(each, job))
      .toSorted((a, b) => MILDEST_FIRST.indexOf(a.code) - MILDEST_FIRST.indexOf(b.code));
    if (mildest?.code !== "full") return mildest ?? { code: "no-pool", refusals: [] };
    const full = others.flatMap((each) => (each.code === "full" ? each.pools : []));
    return { code: "full", pools: [...mildest.pools, ...full] };
  }

  /** Why this one of the pools starts nothing for the job, which found no place in any. */
  #poolReason(serving: ServingPool, job: LedgerJob): WaitReason {
    const pool = serving.pool.key;
    const hold = holdOf(this.#ledger, serving.pool, scopeOf(serving.pool, job.facts.repository), this.#nowMs);
    if (hold !== null) return this.#heldBack(serving.pool, hold);
    const threshold = this.#isGathering(serving) ? this.#threshold(serving, job) : null;
    if (threshold !== null) return threshold;
    const { repository } = job.facts;
    const { maxPerRepository: most } = serving.pool;
    if (most !== undefined && !hasShare(serving.pool, repository, this.#allocation.holdings))
      return { code: "share", pool, repository, most };
    if (this.#book.isMachineFull) return this.#machineFull(serving, this.#ledger.maxSlots);
    const [engine] = this.#book.isPoolFull(pool) ? [] : this.#book.fullEngines(pool);
    if (engine !== undefined) return { ...this.#machineFull(serving, this.#ledger.engines.maxSlots(engine)), engine };
    const { max, scheduled, untilMs } = limitsAt(serving.pool, this.#nowMs);
    if (scheduled && max < serving.pool.scaling.max) return { code: "scheduled", pool, max, untilMs };
    return { code: "full", pools: [pool] };
  }

  #machineFull({ pool }: ServingPool, maxSlots: number): Extract<WaitReason, { code: "machine-full" }> {
    const { starts, unplaced } = this.#allocation;
    const wanted = (each: ServingPool): boolean => starts.has(each) || unplaced.has(each.pool.key);
    const before = this.#pools.filter((each) => priorityOf(each.pool) > priorityOf(pool) && wanted(each));
    const behind = before.length === 0 ? {} : { behind: before.map((each) => each.pool.key) };
    return { code: "machine-full", maxSlots, ...behind };
  }

  #heldBack(pool: Pool, hold: PoolHold): WaitReason {
    const { key } = pool;
    switch (hold.code) {
      case "operator-pause":
        return { code: "operator-pause", untilMs: hold.untilMs };
      case "draining":
        return { code: "draining", pool: key };
      case "house":
        return { code: "house", pool: key, why: [...hold.why] };
      case "paused":
        if (hold.why === NO_ROOM) return { code: "no-room", pool: key, untilMs: hold.untilMs };
        if (hold.why === NO_NODE) return { code: "no-node", pool: key, why: null, untilMs: hold.untilMs };
        return { ...hold, pool: key };
      case "engine-silent":
        return this.#silence(pool);
    }
  }

  #silence(pool: Pool): WaitReason {
    const engines = [...enginesOf(pool)];
    const since = engines.map((engine) => this.#ledger.engines.silentSinceMs(engine) ?? this.#nowMs);
    return { code: "engine-silent", pool: pool.key, engines, forMs: Math.max(0, this.#nowMs - Math.max(...since)) };
  }

  #isGathering(serving: ServingPool): boolean {
    return this.#allocation.starts.has(serving) && isBelowThreshold(this.#allocation, serving);
  }

  /** A pool below its threshold waits for more jobs, for each no longer than its cooldown. */
  #threshold(serving: ServingPool, job: LedgerJob): WaitReason | null {
    const { key: pool, scaling } = serving.pool;
    const untilMs = queuedSinceMs(job) + scaling.cooldownSeconds * 1000;
    if (this.#nowMs >= untilMs || !isBelowThreshold(this.#allocation, serving)) return null;
    return { code: "threshold", pool, threshold: scaling.queueThreshold, untilMs };
  }

  #startDeadlineMs(key: string): number {
    return this.#pools.find(({ pool }) => pool.key === key)?.pool.container.startDeadlineMs ?? 0;
  }

  /** A slot can take it; or GitHub does not give it to one that could. */
  #coverReason({ name: slot, pool, state, waitsFor: why, because }: Slot): WaitReason {
    if (why !== null) return { code: "no-node", pool, why, untilMs: because.atMs + this.#startDeadlineMs(pool) };
    const verdict: Doubt | undefined = this.#doubts.verdicts.find((each) => each.pool === pool);
    if (verdict?.verdict === "not-given") return { code: "not-given", pool, slot: verdict.slot };
    return this.#doubts.passedOver.has(slot)
      ? { code: "passed-over", pool, slot }
      : { code: "covered", pool, slot, state };
  }
}
