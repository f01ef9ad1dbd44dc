import type { Clock, Random } from "../../shared/clock/clock.ts";
import type { ControllerEvent, SlotChange } from "../../shared/controller/events.ts";
import type { Ghost, Ledger } from "../../shared/controller/ledger.ts";
import type { RetireReason } from "../../shared/controller/reasons.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import { ENGINE_SILENT } from "../../shared/controller/pause-codes.ts";
import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { sleep } from "../clock/sleep.ts";
import type { GitHub } from "../github/model/types.ts";
import type { SlotRecords } from "../journal/slot-records.ts";
import type { SweepResult } from "../sweeps/sweep-result.ts";
import { Adoption, type AdoptionOptions } from "./adoption.ts";
import { bringUp, type BringUpRequest } from "./bring-up.ts";
import { EngineListening } from "./engine-listening.ts";
import { ExitInquiry, type ExitInquiryOptions } from "./exit-inquiry.ts";
import { OtherAgents } from "./other-agents.ts";
import { toRunnerScope } from "./runner-scope.ts";
import { enginesBehind, placeSlot } from "./slot-engines.ts";
import { SlotExits } from "./slot-exits.ts";
import { newSlotName, ownPrefix } from "./slot-name.ts";
import { SlotNotes } from "./slot-notes.ts";
import { SlotOutcomes } from "./slot-outcomes.ts";
import { SlotRetirement } from "./slot-retirement.ts";
import type { RemainsOfSlot } from "./remains.ts";
import type { ContainerChange, SlotProvider } from "./slot-provider.ts";
import { SlotWork } from "./slot-work.ts";

export interface SlotManagerOptions
  extends Pick<ExitInquiryOptions, "mayRun" | "answered">, Pick<AdoptionOptions, "poolHash" | "seen" | "webUrl"> {
  readonly instance: string;
  /** The id of the data folder; null or absent where there is none. */
  readonly folderId?: string | null;
  /** Read, never written: what becomes of slots reaches it through `feed`. */
  readonly ledger: Ledger;
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly records: SlotRecords;
  /** Tells the control loop. */
  readonly feed: (event: ControllerEvent) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

type SlotPlace = Omit<BringUpRequest, "onRegistered" | "onWaits" | "signal">;

/** What a slot is started for, and where. */
export interface Wanted {
  /** The job that asks for it; null or absent for one that is to stay warm. */
  readonly jobId?: number | null;
  /** The labels of the size that it is to have; none where it is absent. */
  readonly sizeLabels?: readonly string[];
  /** The local one where it is absent. */
  readonly engine?: string;
}

/** Does to slots what the plan says, and reports what becomes of them. All slots at the same time. */
export class SlotManager {
  /** How the last slots of each pool ended. */
  readonly outcomes: SlotOutcomes;
  readonly #options: SlotManagerOptions;
  readonly #work: SlotWork;
  readonly #notes: SlotNotes;
  readonly #exits: SlotExits;
  readonly #retirement: SlotRetirement;
  readonly #adoption: Adoption;
  readonly #listening: EngineListening;
  readonly #others: OtherAgents;
  /** Slots that are being brought up: a stop lets them come to an end, within reason. */
  readonly #bringUps = new Set<Promise<void>>();
  /** Pools whose last runner's name was taken. */
  readonly #conflicted = new Set<string>();

  constructor(options: SlotManagerOptions) {
    const { records, log } = options;
    this.#options = options;
    this.outcomes = new SlotOutcomes(options.clock);
    this.#work = new SlotWork(log);
    this.#notes = new SlotNotes(records, log);
    const parts = { ...options, work: this.#work, notes: this.#notes, outcomes: this.outcomes };
    this.#retirement = new SlotRetirement(parts);
    const inquiry = new ExitInquiry(options);
    this.#exits = new SlotExits({ ...parts, inquiry });
    this.#others = new OtherAgents({
      ownPrefix: ownPrefix(options.instance),
      folderId: options.folderId ?? null,
      isRecorded: (name) => records.one(name) !== null,
      clock: options.clock,
      log,
    });
    const look = (engine: string): Promise<void> => this.#adoption.reconcileOn(engine);
    this.#listening = new EngineListening({ ...parts, look });
    this.#adoption = new Adoption({ ...parts, exits: this.#exits, others: this.#others, listening: this.#listening });
  }

  /** Learns what runs already; nothing is to be provisioned before it resolves. */
  adopt(): Promise<void> {
    return this.#adoption.adopt();
  }

  /** Follows the provider from now on, and settles what an earlier process left. Call it once `adopt` has resolved. */
  start(): void {
    for (const [engine, provider] of this.#engines)
      void this.#work.run("watch", () => provider.watch((change) => this.#changed(engine, change), this.#work.signal));
    this.#adoption.settleIntents();
  }

  #changed(engine: string, change: ContainerChange): void {
    if (change.kind === "exited") return this.#exits.exited(change.name, change.exitCode);
    if (change.kind === "silent") return this.#listening.silent(engine);
    void this.#work.run("resync", () => this.#adoption.reconcileOn(engine));
  }

  get #engines(): ReadonlyMap<string, SlotProvider> {
    return enginesBehind(this.#options.provider);
  }

  /** Holds what is believed against what exists. @throws {SlotError} if the provider cannot say what exists. */
  reconcile(): Promise<void> {
    return this.#adoption.reconcile();
  }

  /** A sweep has ended: what runs is looked at as well, and runners that GitHub lists as online for the first time. */
  swept({ runners, startedAtMs }: SweepResult): void {
    this.#others.listed(runners);
    for (const engine of this.#engines.keys()) {
      if (!this.#listening.isAsked(engine)) void this.#work.run("reconcile", () => this.#adoption.reconcileOn(engine));
    }
    this.#adoption.settleIntents();
    for (const runner of runners.flatMap((listing) => listing.items)) {
      if (runner.status === "online" && this.#options.ledger.slot(runner.name) !== undefined)
        this.#notes.noteOnline(runner.name, startedAtMs);
    }
  }

  /** Takes a place at once, then brings a runner up in it, for a job or to stay warm. Gives the slot's name. */
  provision(serving: ServingPool, scope: string, wanted: Wanted = {}): string {
    const { jobId: wantedFor = null, sizeLabels = [], engine = LOCAL_ENGINE } = wanted;
    const { instance, random, clock, provider } = this.#options;
    const pool = serving.pool.key;
    const name = newSlotName(instance, pool, random);
    this.#others.made(name);
    placeSlot(provider, name, engine);
    this.#notes.plan({ name, pool, scope, engine, plannedAtMs: clock.now() });
    this.#feed(name, { change: "planned", pool, scope, sizeLabels, engine });
    // GitHub may give the slot another job of its kind: `for` is not the job that it runs.
    const log = wantedFor === null ? this.#options.log : this.#options.log.with({ for: wantedFor });
    const running = this.#work.run(name, () => this.#bringUp({ name, serving, scope, sizeLabels }, log));
    this.#bringUps.add(running);
    void running.finally(() => this.#bringUps.delete(running));
    return name;
  }

  async #bringUp(place: SlotPlace, log: Logger): Promise<void> {
    const { name, serving, scope } = place;
    const onRegistered = (runnerId: number): void => this.#feed(name, { change: "registered", runnerId });
    const onWaits = (why: string | null): void => this.#feed(name, { change: "waits", why });
    const { signal } = this.#work;
    const result = await bringUp({ ...this.#options, log }, { ...place, onRegistered, onWaits, signal });
    if (result.ok) {
      const { jitAskedAtMs, jitAtMs, startedAtMs } = result.steps;
      const ms = { jit: (jitAtMs ?? 0) - (jitAskedAtMs ?? 0), container: (startedAtMs ?? 0) - (jitAtMs ?? 0) };
      log.info("slot started", { slot: name, pool: serving.pool.key, scope, ms });
      this.#conflicted.delete(serving.pool.key);
      this.outcomes.started(serving.pool.key);
      this.#feed(name, { change: "started" });
      this.#notes.update(name, result.steps);
      return;
    }
    // Cut off in the middle: the intent stays in the journal, and the next start settles it.
    if (signal.aborted) return;
    const { code, message, remedy } = result;
    this.outcomes.notStarted(serving.pool.key, name, { code, message, remedy });
    const retryAtMs = this.#isRepeatedConflict(serving.pool.key, result.code) ? null : result.retryAtMs;
    const { engine = LOCAL_ENGINE } = this.#options.ledger.slot(name) ?? {};
    this.#feed(name, { change: "failed", code: result.code, retryAtMs });
    if (ENGINE_SILENT.has(result.code)) this.#listening.silent(engine);
    this.#notes.update(name, { removedAtMs: this.#options.clock.now() });
  }

  /** A name that was taken by a lost answer is replaced at once; that cannot be the reason twice in a row. */
  #isRepeatedConflict(pool: string, code: string): boolean {
    if (code !== "github-conflict") return false;
    const repeated = this.#conflicted.has(pool);
    this.#conflicted.add(pool);
    return repeated;
  }

  /** Deregisters an idle runner, then stops its container. One that GitHub or its own container calls busy is kept. */
  retire(name: string, reason: RetireReason): void {
    this.#retirement.retire(name, reason);
  }

  /** Ends a slot on the operator's word, whatever it does. Rejects with SlotError where its container cannot be stopped. */
  force(name: string): Promise<void> {
    return this.#retirement.force(name);
  }

  /** Removes a registration that no slot belongs to. */
  deregister(ghost: Ghost): void {
    this.#options.feed({ type: "ghost-handled", name: ghost.name });
    if (this.#others.isTheirRunner(ghost.name)) return;
    void this.#work.run(ghost.name, async () => {
      const { github, log } = this.#options;
      const answer = await github.deleteRunner(toRunnerScope(ghost.scope), ghost.runnerId, this.#work.signal);
      log.info("runner without a slot deregistered", { slot: ghost.name, answer });
    });
  }

  #feed(name: string, step: SlotChange): void {
    const { feed, clock } = this.#options;
    feed({ type: "slot", atMs: clock.now(), name, ...step });
  }

  /** Containers of slots that ended, which the engine does not remove. */
  remains(): readonly RemainsOfSlot[] {
    return this.#exits.remains();
  }

  /** Resolves once no slot is coming up, those included that replace one that failed. */
  async whenUp(): Promise<void> {
    while (this.#bringUps.size > 0) await Promise.all(this.#bringUps);
  }

  /**
   * Ends the work on slots. Those that are coming up get `graceMs` to get there. The slots themselves stay: busy
   * runners go on, the next start adopts them.
   */
  async stop(graceMs: number): Promise<void> {
    const grace = new AbortController();
    const late = sleep(this.#options.clock, graceMs, AbortSignal.any([grace.signal, this.#work.signal]));
    await Promise.race([Promise.all(this.#bringUps), late]);
    grace.abort();
    this.#exits.stop();
    await this.#work.stop();
  }
}
