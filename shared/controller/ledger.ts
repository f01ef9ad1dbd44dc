import type { JobFacts } from "../workflow-job/job-facts.ts";
import type { Demand } from "./demand.ts";
import type { ControllerEvent, HouseWord, InventoryEvent, JobEvent, QueueSweepEvent } from "./events.ts";
import { DoubtBook } from "./doubt-book.ts";
import { EngineBook } from "./engine-book.ts";
import { Ghosts, type Ghost } from "./ghosts.ts";
import { JobBook } from "./job-book.ts";
import type { LedgerJob } from "./job.ts";
import { pauseAt, shiftPause, type OperatorPause } from "./operator-pause.ts";
import { PoolPauses } from "./pool-pauses.ts";
import { SlotBook } from "./slot-book.ts";
import type { Slot } from "./slot.ts";

export type { Ghost } from "./ghosts.ts";

/**
 * What the controller believes: jobs and slots, each with its evidence. Facts are joined, so that copies, replays
 * and any order of the same events end in the same ledger. It decides nothing; see plan.ts.
 */
export class Ledger {
  readonly pauses = new PoolPauses();
  readonly doubts = new DoubtBook();
  readonly engines = new EngineBook();
  readonly #jobs = new JobBook();
  readonly #slots: SlotBook;
  readonly #ghosts: Ghosts;
  /** Which job names a runner of ours. */
  readonly #jobOfRunner = new Map<string, number>();
  /** Pools that start nothing new, on the operator's word. */
  readonly #draining = new Set<string>();
  #operatorPause: OperatorPause | null = null;
  /** By pool; those that heed nothing have none. */
  #house: ReadonlyMap<string, HouseWord> = new Map();
  /** When the last inventory of a scope began, complete or not. */
  readonly #inventoriedAtMs = new Map<string, number>();
  /** When the last complete one began. */
  readonly #listedAtMs = new Map<string, number>();
  #sweptAtMs: number | null = null;
  readonly #ownPrefix: string;
  #maxSlots = Number.POSITIVE_INFINITY;

  /** `ownPrefix` begins the name of each runner of this agent and of no other. */
  constructor(ownPrefix: string) {
    this.#ownPrefix = ownPrefix;
    this.#ghosts = new Ghosts(ownPrefix);
    this.#slots = new SlotBook(this.pauses, this.doubts, (runner) => this.#jobOf(runner));
  }

  /** Unfinished jobs in the order in which they became known. */
  get jobs(): Iterable<LedgerJob> {
    return this.#jobs.open;
  }

  /** The jobs that wait for a runner, by class. */
  get queue(): Demand {
    return this.#jobs.demand;
  }

  get slots(): Iterable<Slot> {
    return this.#slots.all;
  }

  get ghosts(): Iterable<Ghost> {
    return this.#ghosts.all;
  }

  slot(name: string): Slot | undefined {
    return this.#slots.get(name);
  }

  job(jobId: number): LedgerJob | undefined {
    return this.#jobs.job(jobId);
  }

  /** How many jobs wait for a runner. */
  demand(): number {
    return this.#jobs.demand.size;
  }

  /** Slots that the machine may hold at a time, on the operator's word. */
  get maxSlots(): number {
    return this.#maxSlots;
  }

  /** The operator's pause of the whole fleet, if it holds at this time. */
  operatorPause(nowMs: number): OperatorPause | null {
    return pauseAt(this.#operatorPause, nowMs);
  }

  /** What this machine does beside jobs, as far as the pool heeds it. */
  house(pool: string): HouseWord {
    return this.#house.get(pool) ?? { holds: [], unseen: [] };
  }

  isDraining(pool: string): boolean {
    return this.#draining.has(pool);
  }

  /** When the last sweep of queued jobs began, milliseconds since the epoch; null before the first. */
  get sweptAtMs(): number | null {
    return this.#sweptAtMs;
  }

  /** When the last inventory of a scope began, whether or not it was complete; null before the first. */
  inventoriedAtMs(scope: string): number | null {
    return this.#inventoriedAtMs.get(scope) ?? null;
  }

  /** When the last complete inventory of a scope began; null before the first. */
  listedAtMs(scope: string): number | null {
    return this.#listedAtMs.get(scope) ?? null;
  }

  /** Takes in what was learnt. */
  apply(event: ControllerEvent): void {
    switch (event.type) {
      case "job":
        return this.#job(event);
      case "queue-sweep":
        return this.#queueSweep(event);
      case "inventory":
        return this.#inventory(event);
      case "slot":
        return this.#slots.change(event);
      case "ghost-handled":
        return this.#ghosts.handled(event.name);
      case "drain":
        return void (event.on ? this.#draining.add(event.pool) : this.#draining.delete(event.pool));
      case "house":
        this.#house = event.words;
        return;
      case "operator-pause":
        this.#operatorPause = event.pause;
        return;
      case "bound":
        this.#maxSlots = event.maxSlots ?? Number.POSITIVE_INFINITY;
        return this.engines.bound(event.engines);
      case "engine":
        this.engines.heard(event.name, event.answers, event.atMs);
        if (event.answers) this.pauses.heard(event.name);
        return;
      case "surplus":
        return this.#slots.markSurplus(event.names, event.atMs);
      case "doubts":
        this.doubts.keep(event.waiting);
        return event.doubted.forEach((name) => this.#slots.doubt(name, event.atMs));
      case "cooldown-recalled":
        return this.#slots.recallSurplus(event.name, event.sinceMs);
      case "pause-recalled":
        return this.pauses.recall(event.pause);
      case "clock-set":
        return this.#clockSet(event.byMs);
      case "forget":
        return this.#jobs.forget(event.atMs, (facts) => this.#forgetRunner(facts));
    }
  }

  /** Spans are measured by these times: they must not grow or shrink because the clock was wrong. */
  #clockSet(byMs: number): void {
    this.#jobs.shift(byMs);
    this.#slots.shift(byMs);
    this.pauses.shift(byMs);
    this.doubts.shift(byMs);
    this.engines.shift(byMs);
    if (this.#operatorPause !== null) this.#operatorPause = shiftPause(this.#operatorPause, byMs);
    this.#ghosts.shift(byMs);
    for (const times of [this.#inventoriedAtMs, this.#listedAtMs]) {
      for (const [scope, atMs] of times) times.set(scope, atMs + byMs);
    }
    if (this.#sweptAtMs !== null) this.#sweptAtMs += byMs;
  }

  #job(event: JobEvent): void {
    const { facts } = this.#jobs.learn(event);
    const { runnerName } = facts;
    if (runnerName === null || !runnerName.startsWith(this.#ownPrefix)) return;
    this.#jobOfRunner.set(runnerName, facts.jobId);
    this.#slots.taken(runnerName, event.atMs);
  }

  #jobOf(runnerName: string): LedgerJob | undefined {
    const jobId = this.#jobOfRunner.get(runnerName);
    return jobId === undefined ? undefined : this.#jobs.job(jobId);
  }

  #forgetRunner(facts: JobFacts): void {
    if (facts.runnerName !== null) this.#jobOfRunner.delete(facts.runnerName);
  }

  #queueSweep(sweep: QueueSweepEvent): void {
    const { atMs, startedAtMs } = sweep;
    this.#sweptAtMs = Math.max(this.#sweptAtMs ?? 0, startedAtMs);
    for (const facts of sweep.jobs) this.#job({ type: "job", atMs, source: "sweep", facts, seenAtMs: startedAtMs });
    for (const jobId of sweep.absent) this.#jobs.absent(jobId, startedAtMs);
  }

  #inventory(event: InventoryEvent): void {
    this.#inventoriedAtMs.set(event.scope, Math.max(this.#inventoriedAtMs.get(event.scope) ?? 0, event.startedAtMs));
    if (event.complete) this.#listedAtMs.set(event.scope, event.startedAtMs);
    this.#slots.inventory(event);
    this.#ghosts.inventory(event, (name) => this.#slots.get(name) !== undefined);
  }
}
