import type { Clock } from "../../shared/clock/clock.ts";
import type { ControllerEvent, SlotChange } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { sleep } from "../clock/sleep.ts";
import { unlessAborted } from "../clock/unless-aborted.ts";
import { wallTimeMs } from "../clock/two-clocks.ts";
import type { GitHub } from "../github/model/types.ts";
import type { SlotRecord, SlotRecords } from "../journal/slot-records.ts";
import { isOfSilence, type EngineListening } from "./engine-listening.ts";
import type { OtherAgents } from "./other-agents.ts";
import { toRunnerScope } from "./runner-scope.ts";
import { enginesBehind, placeSlot } from "./slot-engines.ts";
import type { SlotExits } from "./slot-exits.ts";
import type { EngineFacts, ObservedSlot, SlotProvider } from "./slot-provider.ts";
import type { SlotNotes } from "./slot-notes.ts";
import type { SlotWork } from "./slot-work.ts";

/** An engine that has said nothing so long after another one answered is planned without. */
const GRACE_MS = 2000;

export interface AdoptionOptions {
  readonly ledger: Ledger;
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly records: SlotRecords;
  readonly exits: SlotExits;
  readonly work: SlotWork;
  readonly others: OtherAgents;
  readonly notes: SlotNotes;
  /** Where people see GitHub; github.com where it is left out. */
  readonly webUrl?: string;
  readonly listening: EngineListening;
  readonly feed: (event: ControllerEvent) => void;
  /** What the runners of a pool are made of now; null for a pool that is not known. */
  readonly poolHash: (pool: string) => string | null;
  /** An engine has shown what is on it, and told what it is. */
  readonly seen?: (engine: string, facts: EngineFacts) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Holds what is believed of slots against what exists, at the start and ever after. */
export class Adoption {
  readonly #options: AdoptionOptions;
  /** Intents that are being settled. */
  readonly #settling = new Set<string>();
  readonly #engines: ReadonlyMap<string, SlotProvider>;
  /** Engines that have shown what exists on them, once at least. */
  readonly #seen = new Set<string>();
  /** Resolved once one has. */
  readonly #sight = Promise.withResolvers<void>();
  /** Slots that the journal alone has told of. */
  readonly #believed = new Set<string>();

  constructor(options: AdoptionOptions) {
    this.#options = options;
    this.#engines = enginesBehind(options.provider);
  }

  /**
   * Learns what runs already; nothing is to be started before. Tries until one engine has shown it, or the work ends. An
   * engine that says nothing is not waited for beyond that: its slots are those of the journal until it does.
   */
  async adopt(): Promise<void> {
    const { clock, work, listening } = this.#options;
    const engines = [...this.#engines.keys()];
    const tried = engines.map((engine) => listening.begin(engine));
    await unlessAborted(this.#sight.promise, work.signal).catch(() => undefined);
    const over = new AbortController();
    const grace = sleep(clock, GRACE_MS, AbortSignal.any([over.signal, work.signal]));
    await Promise.race([Promise.all(tried), grace]);
    over.abort();
    if (work.signal.aborted) return;
    for (const engine of engines) if (!this.#seen.has(engine)) this.#believeJournal(engine);
  }

  /** The slots of an engine that does not answer, by the journal: they take their places, and GitHub tells of them. */
  #believeJournal(engine: string): void {
    const { records, ledger, clock, provider, listening } = this.#options;
    for (const { name, pool, scope, runnerId, plannedAtMs, startedAtMs, ...record } of records.unfinished()) {
      if (record.engine !== engine || ledger.slot(name) !== undefined) continue;
      placeSlot(provider, name, engine);
      this.#believed.add(name);
      const sinceMs = Math.min(startedAtMs ?? plannedAtMs, clock.now());
      this.#feed(name, { change: "adopted", pool, scope, engine, runnerId, startedAtMs: sinceMs });
    }
    listening.silent(engine);
  }

  /** All engines, each by itself. @throws {SlotError} if one of them cannot say what exists. */
  async reconcile(): Promise<void> {
    const all = await Promise.allSettled([...this.#engines.keys()].map((engine) => this.reconcileOn(engine)));
    const failed = all.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /**
   * Adopts containers of ours on an engine that are new to this process, clears away those that ended, and lets go of
   * slots whose container is gone.
   * @throws {SlotError} if the engine cannot say what exists.
   */
  async reconcileOn(engine: string): Promise<void> {
    const { ledger, clock, exits, work, others, listening, provider } = this.#options;
    const beganMs = clock.monotonicMs();
    const observed = await this.#list(engine);
    work.signal.throwIfAborted();
    const askedAtMs = wallTimeMs(clock, beganMs);
    const theirs = others.theirs(observed, engine);
    for (const slot of observed) {
      const known = ledger.slot(slot.name);
      if (known !== undefined && known.engine !== engine) continue;
      placeSlot(provider, slot.name, engine);
      if (theirs.has(slot.name)) this.#letGo(slot.name);
      else if (!exits.clearedSince(askedAtMs, slot.name)) this.#observe(slot, engine);
    }
    const names = new Set(observed.map((slot) => slot.name));
    for (const slot of ledger.slots) {
      if (slot.engine !== engine) continue;
      this.#believed.delete(slot.name);
      if (names.has(slot.name) || slot.startedAtMs === null || slot.startedAtMs >= askedAtMs) continue;
      exits.exited(slot.name, null);
    }
    this.#seen.add(engine);
    this.#sight.resolve();
    const facts = this.#engines.get(engine)?.host?.();
    if (facts != null) this.#options.seen?.(engine, facts);
    listening.heard(engine);
  }

  async #list(engine: string): Promise<readonly ObservedSlot[]> {
    const { work, listening } = this.#options;
    try {
      return (await this.#engines.get(engine)?.list(work.signal)) ?? [];
    } catch (error) {
      if (isOfSilence(error)) listening.silent(engine, error);
      throw error;
    }
  }

  /** Another agent's slot that was taken for one of ours: it is forgotten, and neither stopped nor removed. */
  #letGo(name: string): void {
    if (this.#options.ledger.slot(name) !== undefined) this.#feed(name, { change: "removed" });
  }

  #observe(observed: ObservedSlot, engine: string): void {
    const { ledger, log, exits } = this.#options;
    const { name, poolKey: pool, scope, runnerId, sizeLabels = [] } = observed;
    if (exits.isRemains(name)) return;
    if (ledger.slot(name) !== undefined) {
      if (observed.state === "exited") exits.exited(name, observed.exitCode);
      else if (observed.state === "created" && this.#believed.has(name)) this.#neverStarted(name);
      return this.#noteNode(observed);
    }
    log.info("slot adopted", { slot: name, pool, engine, state: observed.state });
    // The engine's stamp may be of a clock that was ahead.
    const startedAtMs = Math.min(observed.startedAtMs ?? observed.createdAtMs, this.#options.clock.now());
    this.#feed(name, { change: "adopted", pool, scope, sizeLabels, engine, runnerId, startedAtMs });
    const wanted = this.#options.poolHash(pool);
    const isOther = observed.poolHash !== null && wanted !== null && observed.poolHash !== wanted;
    if (isOther) this.#feed(name, { change: "outdated" });
    this.#noteNode(observed);
    if (observed.state === "running") return;
    // It ended while nobody watched, or was never started: that says nothing about how its pool gets on now.
    if (observed.state === "created") return this.#neverStarted(name);
    this.#feed(name, { change: "retiring" });
    exits.exited(name, observed.exitCode);
  }

  /** A node that went down takes its slots out of sight; a job that ran there is told of once, and started by nobody. */
  #noteNode({ name, node }: ObservedSlot): void {
    const { ledger, notes, log, webUrl = "https://github.com" } = this.#options;
    const slot = ledger.slot(name);
    if (node === undefined || slot === undefined) return;
    const wasDown = slot.nodeDownAtMs !== null;
    if (slot.node === node.name && wasDown === node.down) return;
    if (slot.node !== node.name) notes.noteNode(name, node.name);
    this.#feed(name, { change: "node", node: node.name, down: node.down });
    if (!node.down || wasDown) return;
    const facts = slot.jobId === null ? undefined : ledger.job(slot.jobId)?.facts;
    if (facts?.phase !== "in_progress") return;
    const { jobId, repository, runId } = facts;
    const remedy = "Run it again at GitHub once GitHub has given it up; what comes back with the node is cleared away.";
    const url = `${webUrl}/${repository}/actions/runs/${runId}/job/${jobId}`;
    log.error("job lost with its node", { jobId, slot: name, node: node.name, repository, url, remedy });
  }

  #neverStarted(name: string): void {
    this.#feed(name, { change: "retiring" });
    this.#options.exits.unstarted(name);
  }

  /**
   * Settles intents of an earlier process that no container belongs to: their registration, if there is one, goes.
   * Call it after the first reconcile, and again when GitHub has been heard: what failed is tried once more.
   */
  settleIntents(): void {
    const { records, ledger, work } = this.#options;
    for (const record of records.unfinished()) {
      if (ledger.slot(record.name) !== undefined || this.#settling.has(record.name)) continue;
      this.#settling.add(record.name);
      void work.run(record.name, () => this.#settle(record).finally(() => this.#settling.delete(record.name)));
    }
  }

  async #settle(record: SlotRecord): Promise<void> {
    const { github, records, clock, log, work } = this.#options;
    const where = toRunnerScope(record.scope);
    const runner = await github.findRunner(where, record.name, work.signal);
    if (runner !== null) await github.deleteRunner(where, runner.id, work.signal);
    records.update(record.name, { removedAtMs: clock.now() });
    log.info("intent of an earlier run settled", { slot: record.name, registered: runner !== null });
  }

  #feed(name: string, step: SlotChange): void {
    const { feed, clock } = this.#options;
    feed({ type: "slot", atMs: clock.now(), name, ...step });
  }
}
