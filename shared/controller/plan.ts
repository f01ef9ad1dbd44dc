import { allocate, isBelowThreshold, type MayStart } from "./allocation.ts";
import { judgeDoubts, type Doubts } from "./doubt.ts";
import { enginePauses, holdOf } from "./holds.ts";
import { queuedSinceMs, type LedgerJob } from "./job.ts";
import type { Ghost, Ledger } from "./ledger.ts";
import type { Pool } from "../fleet/pool.ts";
import { PoolBook } from "./pool-book.ts";
import { limitsAt } from "./pool-limits.ts";
import { scopeOf, sizeOf, warmScopesOf, type ServingPool } from "./pool-choice.ts";
import type { ProvisionReason, RetireReason, VerifyReason } from "./reasons.ts";
import { byPriority, priorityOf } from "./shares.ts";
import { judgeSurplus, judgeUseless, unwanted, type RetirementVerdict } from "./retirement.ts";
import type { Slot } from "./slot.ts";

/** A runner of ours without a slot is deregistered after this time: a slot may be coming up. */
const GHOST_GRACE_MS = 2 * 60_000;

/** GitHub is asked again no sooner than this when its last answer settled nothing. */
export const ASK_AGAIN_MS = 60_000;

/** A list of runners that cannot be read for this long is waited for no longer. */
const UNREADABLE_AFTER_MS = 10 * 60_000;

export type Action =
  | {
      readonly type: "provision";
      readonly pool: string;
      readonly scope: string;
      /** The labels of the size that its job asks for, beside those of the pool; none for a warm one. */
      readonly sizeLabels: readonly string[];
      readonly engine: string;
      readonly reason: ProvisionReason;
    }
  | { readonly type: "retire"; readonly slot: string; readonly reason: RetireReason }
  | { readonly type: "deregister"; readonly ghost: Ghost }
  | { readonly type: "verify"; readonly reason: VerifyReason };

export interface Plan {
  readonly actions: readonly Action[];
  /** Slots that nobody needs at this moment. */
  readonly surplus: ReadonlySet<string>;
  readonly doubts: Doubts;
  /** When to plan again if nothing happens before, milliseconds since the epoch; null for never. */
  readonly nextAtMs: number | null;
}

/**
 * What should happen now, given what is believed. Pure: it changes neither the ledger nor the pools, and the same
 * ledger at the same time gives the same plan. Its cost grows with slots and classes of jobs, not with jobs.
 */
export function plan(ledger: Ledger, pools: readonly ServingPool[], nowMs: number): Plan {
  return new Planner(ledger, pools, nowMs).run();
}

class Planner {
  readonly #ledger: Ledger;
  readonly #pools: readonly ServingPool[];
  readonly #nowMs: number;
  readonly #book: PoolBook;
  readonly #actions: Action[] = [];
  readonly #doubts: Doubts;
  #nextAtMs: number | null = null;

  constructor(ledger: Ledger, pools: readonly ServingPool[], nowMs: number) {
    this.#ledger = ledger;
    this.#pools = pools;
    this.#nowMs = nowMs;
    this.#doubts = judgeDoubts(ledger, pools, nowMs);
    this.#book = new PoolBook(ledger, pools, nowMs);
  }

  run(): Plan {
    for (const { pool } of this.#pools) this.#wakeFor(pool);
    const starved = this.#serveDemand();
    this.#keepWarm();
    const surplus = this.#retireSurplus(starved);
    for (const slot of this.#ledger.slots) {
      this.#judged(slot, judgeUseless(slot, this.#nowMs, this.#onlineDeadline(slot)));
      if (!this.#ledger.engines.isSilent(slot.engine) && this.#isLeftBehind(slot))
        this.#retire(slot, { code: "scope-unreadable" });
    }
    this.#cleanGhosts();
    return { actions: this.#actions, surplus, doubts: this.#doubts, nextAtMs: this.#nextAtMs };
  }

  /** Other hours are another plan. */
  #wakeFor(pool: Pool): void {
    const { wakeAtMs } = limitsAt(pool, this.#nowMs);
    if (wakeAtMs !== null) this.#wakeAt(wakeAtMs);
  }

  #onlineDeadline(slot: Slot): number | undefined {
    return this.#pools.find(({ pool }) => pool.key === slot.pool)?.pool.container.onlineDeadlineMs;
  }

  /** Starts what demand lacks. Returns how many jobs wait for room, by the pools that have none. */
  #serveDemand(): ReadonlyMap<string, number> {
    const mayStart: MayStart = (pool, scope) => this.#mayStart(pool, scope);
    const allocation = allocate(this.#ledger, this.#pools, this.#book, mayStart, this.#nowMs);
    this.#confirmJobs(allocation.overdue);
    for (const [pool, jobs] of allocation.starts) this.#start(pool, jobs, isBelowThreshold(allocation, pool));
    return new Map([...allocation.starved].filter(([pool]) => this.#book.isFull(pool)));
  }

  /** Jobs that GitHub has to confirm before anything is started for them. One sweep tells of them all. */
  #confirmJobs(overdue: LedgerJob | null): void {
    const { queue, sweptAtMs } = this.#ledger;
    for (const job of queue.unconfirmed) {
      const { jobId } = job.facts;
      this.#ask({ code: "stale-queued", jobId }, sweptAtMs, job.because.atMs);
      break;
    }
    if (overdue === null) return;
    this.#ask({ code: "overdue", jobId: overdue.facts.jobId }, sweptAtMs, overdue.lastSeenMs + 1);
  }

  /** Below the threshold a job waits for company, but never longer than the pool's cooldown. */
  #start(serving: ServingPool, jobs: readonly LedgerJob[], belowThreshold: boolean): void {
    const { pool } = serving;
    for (const job of jobs) {
      const servedAtMs = queuedSinceMs(job) + pool.scaling.cooldownSeconds * 1000;
      if (belowThreshold && this.#nowMs < servedAtMs) {
        this.#book.release(pool.key);
        this.#wakeAt(servedAtMs);
        continue;
      }
      const scope = scopeOf(pool, job.facts.repository);
      const reason = { code: "demand", jobId: job.facts.jobId } as const;
      const engine = this.#book.started(pool.key);
      const sizeLabels = sizeOf(serving, job.facts);
      this.#actions.push({ type: "provision", pool: pool.key, scope, sizeLabels, engine, reason });
    }
  }

  #keepWarm(): void {
    for (const { pool } of byPriority(this.#pools)) {
      const { min } = limitsAt(pool, this.#nowMs);
      const scope = warmScopesOf(pool).find((each) => this.#mayStart(pool, each));
      if (scope === undefined) continue;
      while (this.#book.size(pool.key) < min && this.#book.reserve(pool.key)) {
        const engine = this.#book.started(pool.key);
        const reason = { code: "warm-minimum", min } as const;
        this.#actions.push({ type: "provision", pool: pool.key, scope, sizeLabels: [], engine, reason });
      }
    }
  }

  #retireSurplus(starved: ReadonlyMap<string, number>): ReadonlySet<string> {
    const surplus = new Set<string>();
    let madeWay = 0;
    const madeWayOn = new Map<string, number>();
    for (const { pool } of byPriority(this.#pools).toReversed()) {
      const idle = this.#book.idle(pool.key);
      // Idle slots in a pool that lacks room are of another repository or size: for each job that waits, and that
      // no slot on its way out makes room for, one makes way at once. On a full machine it may be any pool's.
      const here = Math.max(0, (starved.get(pool.key) ?? 0) - this.#book.leaving(pool.key));
      const elsewhere = this.#neededOfMachine(starved, priorityOf(pool)) - madeWay;
      const needed = this.#neededOfEngines(starved, priorityOf(pool));
      const inTheWay = idle.filter(({ engine }) => takeOne(needed, madeWayOn, engine));
      const makeWay = Math.max(here, elsewhere, inTheWay.length, this.#beyondHours(pool));
      madeWay += Math.min(makeWay, idle.length);
      const sized = idle.filter(({ sizeLabels }) => sizeLabels.length > 0).length;
      const spare = Math.max(makeWay, sized, this.#book.size(pool.key) - limitsAt(pool, this.#nowMs).min);
      const first = new Set(inTheWay);
      const ordered = [...inTheWay, ...idle.filter((slot) => !first.has(slot))];
      for (const [at, slot] of ordered.slice(0, spare).entries()) {
        surplus.add(slot.name);
        const cooldownMs = at < makeWay ? 0 : pool.scaling.cooldownSeconds * 1000;
        this.#judged(slot, judgeSurplus(slot, cooldownMs, "surplus", this.#nowMs));
      }
    }
    for (const [slot, reason] of unwanted(this.#ledger, this.#pools, (doubted) => this.#isDone(doubted, starved))) {
      surplus.add(slot.name);
      this.#judged(slot, judgeSurplus(slot, 0, reason, this.#nowMs));
    }
    return surplus;
  }

  /** How many slots are more than the hours let be: those that are idle go at once. */
  #beyondHours(pool: Pool): number {
    if (!limitsAt(pool, this.#nowMs).scheduled) return 0;
    return Math.max(0, this.#book.beyond(pool.key) - this.#book.leaving(pool.key));
  }

  /** How many slots of pools of a rank have to make way, on a machine that holds as many as it may, for those of no lower one. */
  #neededOfMachine(starved: ReadonlyMap<string, number>, priority: number): number {
    if (!this.#book.isMachineFull) return 0;
    const leaving = this.#pools.reduce((sum, { pool }) => sum + this.#book.leaving(pool.key), 0);
    // A pool that holds as many as it may itself would start nothing in the place that is made.
    const ranked = this.#pools.filter(({ pool }) => priorityOf(pool) >= priority && !this.#book.isPoolFull(pool.key));
    return Math.max(0, ...ranked.map(({ pool }) => (starved.get(pool.key) ?? 0) - leaving));
  }

  /** The same of each engine that holds as many as it may, for jobs that no other engine could take. */
  #neededOfEngines(starved: ReadonlyMap<string, number>, priority: number): ReadonlyMap<string, number> {
    const needed = new Map<string, number>();
    if (this.#book.isMachineFull) return needed;
    for (const { pool: of } of this.#pools.filter((each) => priorityOf(each.pool) >= priority)) {
      const [pool, jobs] = [of.key, starved.get(of.key) ?? 0];
      const [engine] = this.#book.isPoolFull(pool) ? [] : this.#book.fullEngines(pool);
      if (engine === undefined) continue;
      needed.set(engine, Math.max(needed.get(engine) ?? 0, jobs - this.#book.leavingOn(engine)));
    }
    return needed;
  }

  /** A runner in doubt goes once another was given a job, no job waits for it, or jobs wait for its place. */
  #isDone({ name, pool, outdone }: Slot, starved: ReadonlyMap<string, number>): boolean {
    return outdone || !this.#doubts.passedOver.has(name) || (starved.get(pool) ?? 0) > 0;
  }

  /** What is on a silent engine can neither be asked nor stopped: it is judged when the engine is back. */
  #judged(slot: Slot, verdict: RetirementVerdict | null): void {
    if (verdict === null || this.#ledger.engines.isSilent(slot.engine)) return;
    if (verdict.kind === "wait") return this.#wakeAt(verdict.untilMs);
    if (verdict.kind === "retire") this.#retire(slot, verdict.reason);
    else if (this.#isUnreadable(slot)) this.#retire(slot, { code: "scope-unreadable" });
    else this.#ask(verdict.reason, this.#ledger.inventoriedAtMs(slot.scope), slot.surplusSinceMs ?? slot.because.atMs);
  }

  #retire(slot: Slot, reason: RetireReason): void {
    this.#actions.push({ type: "retire", slot: slot.name, reason });
  }

  /** Whether GitHub was asked for the runners of its scope and did not show them for long: then DELETE is the judge. */
  #isUnreadable(slot: Slot): boolean {
    const { scope, surplusSinceMs, startedAtMs, plannedAtMs, keptAtMs } = slot;
    const sinceMs = Math.max(
      surplusSinceMs ?? startedAtMs ?? plannedAtMs,
      keptAtMs,
      this.#ledger.listedAtMs(scope) ?? 0,
    );
    return (this.#ledger.inventoriedAtMs(scope) ?? 0) - sinceMs >= UNREADABLE_AFTER_MS;
  }

  /** A runner that GitHub once called busy, in a pool that is no more, and whose end no list will tell of. */
  #isLeftBehind(slot: Slot): boolean {
    if (slot.state !== "busy" || slot.jobId !== null || slot.retiring) return false;
    return this.#pools.every(({ pool }) => pool.key !== slot.pool) && this.#isUnreadable(slot);
  }

  /** Asks GitHub at once if it was not asked since the question came up, and else no more often than it should be. */
  #ask(reason: VerifyReason, askedAtMs: number | null, sinceMs: number): void {
    if (askedAtMs === null || askedAtMs < sinceMs || this.#nowMs - askedAtMs >= ASK_AGAIN_MS) {
      this.#actions.push({ type: "verify", reason });
    } else this.#wakeAt(askedAtMs + ASK_AGAIN_MS);
  }

  #cleanGhosts(): void {
    for (const ghost of this.#ledger.ghosts) {
      const dueMs = ghost.firstSeenMs + GHOST_GRACE_MS;
      if (this.#nowMs >= dueMs) this.#actions.push({ type: "deregister", ghost });
      else this.#wakeAt(dueMs);
    }
  }

  #mayStart(pool: Pool, scope: string): boolean {
    const hold = holdOf(this.#ledger, pool, scope, this.#nowMs);
    if (hold !== null && hold.untilMs !== null) this.#wakeAt(hold.untilMs);
    // One engine that is paused may have the room that the others lack.
    for (const { untilMs } of enginePauses(this.#ledger, pool, this.#nowMs)) this.#wakeAt(untilMs);
    return hold === null;
  }

  #wakeAt(atMs: number): void {
    if (this.#nextAtMs === null || atMs < this.#nextAtMs) this.#nextAtMs = atMs;
  }
}

/** Whether one more has to make way on the engine; counts it if so. */
function takeOne(needed: ReadonlyMap<string, number>, taken: Map<string, number>, engine: string): boolean {
  const before = taken.get(engine) ?? 0;
  if ((needed.get(engine) ?? 0) <= before) return false;
  taken.set(engine, before + 1);
  return true;
}

/** The pool that an action is about; null where it is about none, or none that is known. */
export function poolOfAction(action: Action, ledger: Ledger): string | null {
  switch (action.type) {
    case "provision":
      return action.pool;
    case "retire":
      return ledger.slot(action.slot)?.pool ?? null;
    case "deregister":
    case "verify":
      return null;
  }
}
