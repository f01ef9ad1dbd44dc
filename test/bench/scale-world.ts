import type { ControllerEvent } from "../../shared/controller/events.ts";
import type { Action } from "../../shared/controller/plan.ts";
import { servingPool, type ServingPool } from "../../shared/controller/pool-choice.ts";
import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { Random } from "../../shared/clock/clock.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import { job, OWN_PREFIX, poolOf, T0 } from "../shared/controller/world.ts";
import { Agenda } from "./agenda.ts";
import { CountedController } from "./counted-controller.ts";

export interface ScaleWorldOptions {
  readonly pools: number;
  /** Swarms; so many nodes are behind each. */
  readonly engines: number;
  readonly nodesOfEach: number;
  readonly jobsADay: number;
  /** How long a job works, on average. */
  readonly jobMs: number;
  readonly random: Random;
}

/** What a slot takes to come up and to go, about as on a swarm. */
const TAKES = { registeredMs: 300, startedMs: 1000, takenMs: 700, exitedMs: 200, removedMs: 500 };
const DAY_MS = 24 * 60 * 60_000;
const SWEEP_MS = 60_000;
const REPOSITORIES = 50;
/** Places for so many times the jobs that run on average. */
const ROOM = 1.5;

interface Slot {
  readonly name: string;
  readonly pool: string;
  readonly engine: string;
  jobId: number | null;
}

/**
 * The controller alone, its ledger and its plans as the daemon drives them, in virtual time: jobs come at random, GitHub gives
 * each to the first runner of its labels, slots come up and go as on swarms, sweeps list all runners, nodes and engines fail.
 */
export class ScaleWorld {
  readonly #controller: CountedController;
  readonly #options: ScaleWorldOptions;
  readonly #agenda = new Agenda(T0);
  readonly #slots = new Map<string, Slot>();
  /** Jobs that wait at GitHub, and runners that do, by pool. */
  readonly #queued = new Map<string, JobFacts[]>();
  readonly #idle = new Map<string, Slot[]>();
  #made = 0;
  #jobs = 0;
  #ended = 0;
  #mostSlots = 0;

  constructor(options: ScaleWorldOptions) {
    this.#options = options;
    const { pools, engines } = options;
    const places = Math.ceil((ROOM * this.#concurrent) / engines);
    const bounds = Object.fromEntries(Array.from({ length: engines }, (_, n) => [engineName(n), places]));
    const serving = Array.from({ length: pools }, (_, n): ServingPool => {
      const own = [engineName(n % engines), engineName((n + 1) % engines)];
      const pool = poolOf({ key: poolName(n), labels: [poolName(n)], max: 2 * places });
      return servingPool({ ...pool, engines: own }, "amd64");
    });
    this.#controller = new CountedController(serving, (action) => this.#act(action));
    this.#controller.ledger.apply({ type: "bound", maxSlots: null, engines: new Map(Object.entries(bounds)) });
    this.#fill();
    this.#agenda.at(T0 + this.#gap(), () => this.#arrive());
    this.#agenda.at(T0 + SWEEP_MS, () => this.#sweep());
    this.#agenda.at(T0 + SWEEP_MS / 2, () => this.#nodeDown(0));
    this.#agenda.at(T0 + 1.5 * SWEEP_MS, () => this.#engineSilent(0));
  }

  /** Jobs that run at a time, on average. */
  get #concurrent(): number {
    const { jobsADay, jobMs } = this.#options;
    return (jobsADay * jobMs) / DAY_MS;
  }

  /** Processor time of each event and its plan, milliseconds. */
  get eventsMs(): readonly number[] {
    return this.#controller.eventsMs;
  }

  /** Jobs that wait, as the controller sees it. */
  get leftWaiting(): number {
    return this.#controller.ledger.demand();
  }

  get endedJobs(): number {
    return this.#ended;
  }

  get mostSlots(): number {
    return this.#mostSlots;
  }

  /** Virtual time since the beginning, milliseconds. */
  get passedMs(): number {
    return this.#agenda.nowMs - T0;
  }

  /** Goes on for so much virtual time, or until `mayGoOn` says no. */
  run(ms: number, mayGoOn: () => boolean): void {
    const untilMs = this.#agenda.nowMs + ms;
    while (this.#agenda.nextMs <= untilMs && mayGoOn()) this.#agenda.next();
  }

  /** As if it had been so for long: as many jobs run as run on average, each with as much left as any. */
  #fill(): void {
    for (let n = 0; n < this.#concurrent; n += 1) {
      const pool = poolName(n % this.#options.pools);
      const slot = this.#newSlot(pool, engineName(n % this.#options.engines));
      const facts = this.#newJob(pool);
      this.#tell({ type: "slot", name: slot.name, change: "planned", ...placeOf(slot) }, false);
      this.#tell({ type: "slot", name: slot.name, change: "started" }, false);
      this.#give(facts, slot, false);
    }
  }

  #gap(): number {
    return exponential(DAY_MS / this.#options.jobsADay, this.#options.random);
  }

  #arrive(): void {
    const pool = poolName(Math.floor(this.#options.random() * this.#options.pools));
    const facts = this.#newJob(pool);
    listOf(this.#queued, pool).push(facts);
    this.#agenda.after(this.#gap(), () => this.#arrive());
    this.#signal(facts);
    this.#match(pool);
  }

  #newJob(pool: string): JobFacts {
    const id = (this.#jobs += 1);
    const facts = job(id, {
      repository: `acme/repository-${id % REPOSITORIES}`,
      labels: ["self-hosted", pool],
      runId: id,
      createdAtMs: this.#agenda.nowMs,
      phaseAtMs: this.#agenda.nowMs,
      jobName: `build (${id})`,
    });
    // As it comes off the wire, with strings of its own.
    return JSON.parse(JSON.stringify(facts)) as JobFacts;
  }

  #newSlot(pool: string, engine: string): Slot {
    const slot: Slot = { name: `${OWN_PREFIX}${pool}-${(this.#made += 1)}`, pool, engine, jobId: null };
    this.#slots.set(slot.name, slot);
    this.#mostSlots = Math.max(this.#mostSlots, this.#slots.size);
    return slot;
  }

  #signal(facts: JobFacts, counted = true): void {
    const event = { type: "job", source: "signal", facts, seenAtMs: this.#agenda.nowMs, guid: crypto.randomUUID() };
    this.#tell(event as Untimed, counted);
  }

  /** One event and its plan; `counted` is false while the world is filled. */
  #tell(event: Untimed, counted = true): void {
    const atMs = this.#agenda.nowMs;
    if (counted) this.#controller.tell({ ...event, atMs }, atMs);
    else this.#controller.ledger.apply({ ...event, atMs });
  }

  #act(action: Action): void {
    if (action.type === "retire") return this.#retire(action.slot);
    if (action.type !== "provision") return;
    const slot = this.#newSlot(action.pool, action.engine);
    const { name } = slot;
    this.#tell({ type: "slot", name, change: "planned", ...placeOf(slot) });
    this.#agenda.after(TAKES.registeredMs, () =>
      this.#tell({ type: "slot", name, change: "registered", runnerId: this.#made }),
    );
    this.#agenda.after(TAKES.registeredMs + TAKES.startedMs, () =>
      this.#tell({ type: "slot", name, change: "started" }),
    );
    this.#agenda.after(TAKES.registeredMs + TAKES.startedMs + TAKES.takenMs, () => {
      if (!this.#slots.has(name)) return;
      listOf(this.#idle, slot.pool).push(slot);
      this.#match(slot.pool);
    });
  }

  /** GitHub gives the oldest job of a label to the first runner that has it. */
  #match(pool: string): void {
    const [jobs, runners] = [listOf(this.#queued, pool), listOf(this.#idle, pool)];
    while (jobs.length > 0 && runners.length > 0) {
      const [facts, slot] = [jobs.shift(), runners.shift()];
      if (facts !== undefined && slot !== undefined) this.#give(facts, slot, true);
    }
  }

  #give(facts: JobFacts, slot: Slot, counted: boolean): void {
    const nowMs = this.#agenda.nowMs;
    slot.jobId = facts.jobId;
    const running: JobFacts = {
      ...facts,
      phase: "in_progress",
      phaseAtMs: nowMs,
      startedAtMs: nowMs,
      runnerName: slot.name,
    };
    this.#signal(running, counted);
    this.#agenda.after(exponential(this.#options.jobMs, this.#options.random), () => this.#end(running, slot));
  }

  #end(running: JobFacts, slot: Slot): void {
    const nowMs = this.#agenda.nowMs;
    this.#ended += 1;
    this.#signal({ ...running, phase: "completed", phaseAtMs: nowMs, completedAtMs: nowMs, conclusion: "success" });
    this.#agenda.after(TAKES.exitedMs, () =>
      this.#tell({ type: "slot", name: slot.name, change: "exited", exitCode: 0 }),
    );
    this.#agenda.after(TAKES.exitedMs + TAKES.removedMs, () => this.#gone(slot));
  }

  /** One that waits for a job goes; one that has just been given one stays. */
  #retire(name: string): void {
    const slot = this.#slots.get(name);
    if (slot === undefined || slot.jobId !== null) return;
    const idle = listOf(this.#idle, slot.pool);
    const place = idle.indexOf(slot);
    if (place >= 0) idle.splice(place, 1);
    this.#slots.delete(name);
    this.#agenda.after(TAKES.removedMs, () => this.#gone(slot));
  }

  #gone(slot: Slot): void {
    this.#slots.delete(slot.name);
    this.#tell({ type: "slot", name: slot.name, change: "removed" });
  }

  /** What GitHub's REST API tells each minute: all runners, and the jobs that wait. */
  #sweep(): void {
    const startedAtMs = this.#agenda.nowMs;
    const runners = [...this.#slots.values()].map(({ name, jobId }, id) => ({
      id,
      name,
      online: true,
      busy: jobId !== null,
    }));
    this.#tell({ type: "queue-sweep", startedAtMs, jobs: [...this.#queued.values()].flat(), absent: [] });
    this.#tell({ type: "inventory", startedAtMs, scope: "acme", complete: true, runners });
    this.#agenda.after(SWEEP_MS, () => this.#sweep());
  }

  /** One node after the other goes down for a while, its slots with it. */
  #nodeDown(n: number): void {
    const { engines, nodesOfEach } = this.#options;
    const engine = engineName(n % engines);
    const on = [...this.#slots.values()].filter((slot, place) => slot.engine === engine && place % nodesOfEach === 0);
    const node = `${engine}-node-${n % nodesOfEach}`;
    for (const { name } of on) this.#tell({ type: "slot", name, change: "node", node, down: true });
    this.#agenda.after(SWEEP_MS / 3, () => {
      for (const { name } of on)
        if (this.#slots.has(name)) this.#tell({ type: "slot", name, change: "node", node, down: false });
    });
    this.#agenda.after(SWEEP_MS / 2, () => this.#nodeDown(n + 1));
  }

  #engineSilent(n: number): void {
    const name = engineName(n % this.#options.engines);
    this.#tell({ type: "engine", name, answers: false });
    this.#agenda.after(SWEEP_MS / 3, () => this.#tell({ type: "engine", name, answers: true }));
    this.#agenda.after(SWEEP_MS, () => this.#engineSilent(n + 1));
  }
}

type Untimed = ControllerEvent extends infer Event
  ? Event extends { readonly atMs: number }
    ? Omit<Event, "atMs">
    : never
  : never;

function placeOf({ pool, engine }: Slot) {
  return { pool, scope: "acme", engine };
}

function poolName(n: number): string {
  return `pool-${n}`;
}

function engineName(n: number): string {
  return n === 0 ? LOCAL_ENGINE : `engine-${n}`;
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function exponential(meanMs: number, random: Random): number {
  return -Math.log(1 - random()) * meanMs;
}
