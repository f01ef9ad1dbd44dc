import { errorFields } from "../../shared/errors/message-of.ts";
import type { CancelTimer, Clock, Random } from "../../shared/clock/clock.ts";
import type { SlotChange as SlotStep } from "../../shared/controller/events.ts";
import type { Ghost, Ledger } from "../../shared/controller/ledger.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import type { Slot } from "../../shared/controller/slot.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { GitHub } from "../github/model/types.ts";
import type { SlotRecord, SlotRecords, SlotSteps } from "../journal/slot-records.ts";
import { sleep } from "../clock/sleep.ts";
import { bringUp } from "./bring-up.ts";
import { toRunnerScope } from "./runner-scope.ts";
import { reportOutOfMemory } from "./out-of-memory.ts";
import { safeTail } from "./safe-tail.ts";
import { newSlotName } from "./slot-name.ts";
import type { ObservedSlot, SlotChange, SlotProvider } from "./slot-provider.ts";

/** A runner cancels its job and unloads within 30 seconds of a stop; the kill comes after that. */
const STOP_GRACE_MS = 40_000;

const LOG_TAIL_LINES = 40;

const CLEAR_RETRY_MS = 5000;
const MAX_CLEARED = 1000;

export interface SlotManagerOptions {
  readonly instance: string;
  readonly ledger: Ledger;
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly records: SlotRecords;
  /** Tells the control loop what became of a slot. */
  readonly feed: (name: string, step: SlotStep) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Does to slots what the plan says, and reports what becomes of them. All slots at the same time. */
export class SlotManager {
  readonly #options: SlotManagerOptions;
  readonly #abort = new AbortController();
  readonly #working = new Set<Promise<void>>();
  /** Slots that are being brought up: a stop lets them come to an end, within reason. */
  readonly #bringUps = new Set<Promise<void>>();
  /** Slots whose remains are being cleared away. */
  readonly #clearing = new Set<string>();
  /** When slots were cleared away, for lists that were asked for before. */
  readonly #cleared = new Map<string, number>();
  #retry: CancelTimer | null = null;
  /** Pools whose last runner's name was taken. */
  readonly #conflicted = new Set<string>();

  constructor(options: SlotManagerOptions) {
    this.#options = options;
  }

  /** Takes a place at once, then brings a runner up in it. */
  provision(serving: ServingPool, scope: string): void {
    const { instance, random, records, clock, feed } = this.#options;
    const pool = serving.pool.key;
    const name = newSlotName(instance, pool, random);
    records.plan({ name, pool, scope, plannedAtMs: clock.now() });
    feed(name, { change: "planned", pool, scope });
    const running = this.#run(name, () => this.#bringUp(name, serving, scope));
    this.#bringUps.add(running);
    void running.finally(() => this.#bringUps.delete(running));
  }

  async #bringUp(name: string, serving: ServingPool, scope: string): Promise<void> {
    const { feed, clock } = this.#options;
    const onRegistered = (runnerId: number): void => feed(name, { change: "registered", runnerId });
    const result = await bringUp(this.#options, { name, serving, scope, onRegistered, signal: this.#abort.signal });
    if (result.ok) {
      this.#conflicted.delete(serving.pool.key);
      feed(name, { change: "started" });
      this.#note(name, result.steps);
      return;
    }
    // Cut off in the middle: the intent stays in the journal, and the next start settles it.
    if (this.#abort.signal.aborted) return;
    const retryAtMs = this.#isRepeatedConflict(serving.pool.key, result.code) ? null : result.retryAtMs;
    feed(name, { change: "failed", code: result.code, retryAtMs });
    this.#note(name, { removedAtMs: clock.now() });
  }

  /** A name that was taken by a lost answer is replaced at once; that cannot be the reason twice in a row. */
  #isRepeatedConflict(pool: string, code: string): boolean {
    if (code !== "github-conflict") return false;
    const repeated = this.#conflicted.has(pool);
    this.#conflicted.add(pool);
    return repeated;
  }

  /** Deregisters an idle runner, then stops its container. GitHub has the last word: a busy one is kept. */
  retire(name: string): void {
    const slot = this.#options.ledger.slot(name);
    if (slot === undefined || slot.retiring) return;
    this.#options.feed(name, { change: "retiring" });
    void this.#run(name, () => this.#retire(name, slot.scope, slot.runnerId));
  }

  async #retire(name: string, scope: string, knownId: number | null): Promise<void> {
    const { github, provider, feed, log } = this.#options;
    const { signal } = this.#abort;
    try {
      const where = toRunnerScope(scope);
      const runnerId = knownId ?? (await github.findRunner(where, name, signal))?.id;
      const answer = runnerId === undefined ? "gone" : await github.deleteRunner(where, runnerId, signal);
      if (answer === "busy") return feed(name, { change: "kept", busy: true });
      await provider.stop(name, STOP_GRACE_MS, signal);
    } catch (error) {
      log.warn("slot not retired; it is tried again", { slot: name, ...errorFields(error) });
      feed(name, { change: "kept", busy: false });
    }
  }

  /** Removes a registration that no slot belongs to. */
  deregister(ghost: Ghost): void {
    this.#options.ledger.apply({ type: "ghost-handled", name: ghost.name });
    void this.#run(ghost.name, async () => {
      const { github, log } = this.#options;
      const answer = await github.deleteRunner(toRunnerScope(ghost.scope), ghost.runnerId, this.#abort.signal);
      log.info("runner without a slot deregistered", { slot: ghost.name, answer });
    });
  }

  /** Follows the provider until stopped. */
  watch(): void {
    const onChange = (change: SlotChange): void => {
      if (change.kind === "exited") return this.#exited(change.name, change.exitCode);
      void this.#run("resync", () => this.reconcile());
    };
    void this.#run("watch", () => this.#options.provider.watch(onChange, this.#abort.signal));
  }

  /**
   * Holds what is believed against what exists: adopts containers of ours that are new to this process, clears
   * away those that ended, and lets go of slots whose container is gone.
   * @throws {SlotError} if the provider cannot say what exists.
   */
  async reconcile(): Promise<void> {
    const { provider, ledger, clock } = this.#options;
    const askedAtMs = clock.now();
    const observed = await provider.list(this.#abort.signal);
    for (const slot of observed) if (!this.#clearedSince(askedAtMs, slot.name)) this.#observe(slot);
    const names = new Set(observed.map((slot) => slot.name));
    for (const slot of ledger.slots) {
      if (names.has(slot.name) || slot.startedAtMs === null || slot.startedAtMs >= askedAtMs) continue;
      this.#exited(slot.name, null);
    }
  }

  /** Whether a slot was cleared away after the list was asked for, which may still show it. Names are never reused. */
  #clearedSince(askedAtMs: number, name: string): boolean {
    const clearedAtMs = this.#cleared.get(name);
    if (clearedAtMs === undefined) return false;
    if (clearedAtMs < askedAtMs) this.#cleared.delete(name);
    return clearedAtMs >= askedAtMs;
  }

  #observe(observed: ObservedSlot): void {
    const { ledger, feed, log } = this.#options;
    const { name, poolKey: pool, scope, runnerId } = observed;
    const known = ledger.slot(name);
    if (known !== undefined) {
      if (observed.state === "exited") this.#exited(name, observed.exitCode);
      return;
    }
    log.info("slot adopted", { slot: name, pool, state: observed.state });
    feed(name, { change: "adopted", pool, scope, runnerId, startedAtMs: observed.startedAtMs ?? observed.createdAtMs });
    if (observed.state === "running") return;
    // It ended while nobody watched, or was never started: that says nothing about how its pool gets on now.
    feed(name, { change: "retiring" });
    this.#exited(name, observed.exitCode);
  }

  /**
   * Settles intents of an earlier process that no container belongs to: their registration, if there is one, goes.
   * Call it after the first reconcile.
   */
  settleIntents(): void {
    const { records, ledger } = this.#options;
    for (const record of records.unfinished()) {
      if (ledger.slot(record.name) === undefined) void this.#run(record.name, () => this.#settle(record));
    }
  }

  async #settle(record: SlotRecord): Promise<void> {
    const { github, records, clock, log } = this.#options;
    const where = toRunnerScope(record.scope);
    const runner = await github.findRunner(where, record.name, this.#abort.signal);
    if (runner !== null) await github.deleteRunner(where, runner.id, this.#abort.signal);
    records.update(record.name, { removedAtMs: clock.now() });
    log.info("intent of an earlier run settled", { slot: record.name, registered: runner !== null });
  }

  #exited(name: string, exitCode: number | null): void {
    if (this.#options.ledger.slot(name) === undefined || this.#clearing.has(name)) return;
    this.#clearing.add(name);
    this.#options.feed(name, { change: "exited", exitCode });
    void this.#run(name, () => this.#clear(name, exitCode));
  }

  /** Clears away what is left of a slot: the container, and a registration that was never used. */
  async #clear(name: string, exitCode: number | null): Promise<void> {
    const { provider, feed, log, clock, ledger } = this.#options;
    const { signal } = this.#abort;
    try {
      const exitedAtMs = clock.now();
      if (exitCode !== null && exitCode !== 0) await this.#keepLogTail(name, exitCode);
      await provider.remove(name, signal);
      const slot = ledger.slot(name);
      this.#keepCleared(name);
      feed(name, { change: "removed" });
      this.#note(name, { exitedAtMs, exitCode, removedAtMs: clock.now() });
      if (slot !== undefined && slot.jobId === null) await this.#withdraw(slot);
    } catch (error) {
      if (signal.aborted) return;
      log.warn("remains of a slot not cleared; it is tried again", { slot: name, ...errorFields(error) });
      this.#reconcileSoon();
    } finally {
      this.#clearing.delete(name);
    }
  }

  #keepCleared(name: string): void {
    if (this.#cleared.size >= MAX_CLEARED) this.#cleared.clear();
    this.#cleared.set(name, this.#options.clock.now());
  }

  /** A slot that was not cleared keeps its place: the next sweep may be an hour away. */
  #reconcileSoon(): void {
    if (this.#retry !== null) return;
    this.#retry = this.#options.clock.after(CLEAR_RETRY_MS, () => {
      this.#retry = null;
      void this.#run("reconcile", () => this.reconcile());
    });
  }

  /** Notes what has happened: a journal that cannot be written must not make it undone. Containers tell the truth. */
  #note(name: string, steps: SlotSteps): void {
    this.#journal(() => this.#options.records.update(name, steps));
  }

  #journal(write: () => void): void {
    try {
      write();
    } catch (error) {
      const remedy = "free the disk of HOOKLINE_DATA";
      this.#options.log.error("step of a slot not journaled", { ...errorFields(error), remedy });
    }
  }

  /** A tail that cannot be had must not keep the slot's place taken. */
  async #keepLogTail(name: string, exitCode: number): Promise<void> {
    const { provider, log } = this.#options;
    const { signal } = this.#abort;
    const tail = await provider
      .logTail(name, LOG_TAIL_LINES, signal)
      .catch((error: unknown) => errorFields(error).reason);
    const words = safeTail(tail);
    await reportOutOfMemory(this.#options, name, exitCode, signal);
    log.warn("slot ended with an error", { slot: name, exitCode, tail: words });
    this.#journal(() => this.#options.records.keepTail(name, words));
  }

  /** GitHub removes a runner that ran its job. One that ended without is removed here; 404 is as good. */
  async #withdraw({ name, pool, scope, runnerId }: Slot): Promise<void> {
    if (runnerId === null) return;
    const answer = await this.#options.github.deleteRunner(toRunnerScope(scope), runnerId, this.#abort.signal);
    this.#options.feed(name, { change: "withdrawn", pool, answer });
    this.#options.log.debug("runner that saw no job deregistered", { slot: name, answer });
  }

  #run(name: string, work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        this.#options.log.warn("slot work failed; the next reconcile goes on", { slot: name, ...errorFields(error) });
      })
      .finally(() => this.#working.delete(running));
    this.#working.add(running);
    return running;
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
    await Promise.race([Promise.all(this.#bringUps), sleep(this.#options.clock, graceMs, grace.signal)]);
    grace.abort();
    this.#retry?.();
    this.#abort.abort();
    await Promise.all(this.#working);
  }
}
