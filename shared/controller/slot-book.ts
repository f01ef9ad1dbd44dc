import { hasSize } from "../fleet/sizes.ts";
import type { DoubtBook } from "./doubt-book.ts";
import type { InventoryEvent, InventoryRunner, SlotEvent } from "./events.ts";
import { isGone, type LedgerJob } from "./job.ts";
import type { PoolPauses } from "./pool-pauses.ts";
import { newSlot, shiftSlot, step, type Slot } from "./slot.ts";

/** How long complete inventories must have left a runner out before it is believed to be lost. */
export const LOST_AFTER_MS = 60_000;

/** The slots of the ledger, each moved by the one transition table on what was observed. */
export class SlotBook {
  readonly #slots = new Map<string, Slot>();
  readonly #pauses: PoolPauses;
  readonly #doubts: DoubtBook;
  /** Which job, if any, named this runner; for slots that are heard of later than their job. */
  readonly #jobOf: (runnerName: string) => LedgerJob | undefined;

  constructor(pauses: PoolPauses, doubts: DoubtBook, jobOf: (runnerName: string) => LedgerJob | undefined) {
    this.#pauses = pauses;
    this.#doubts = doubts;
    this.#jobOf = jobOf;
  }

  get all(): Iterable<Slot> {
    return this.#slots.values();
  }

  get(name: string): Slot | undefined {
    return this.#slots.get(name);
  }

  /** A job names this runner: the proof that the slot is, or was, busy. */
  taken(name: string, atMs: number): void {
    const slot = this.#slots.get(name);
    const job = this.#jobOf(name);
    if (slot === undefined || job === undefined) return;
    const { jobId, phase } = job.facts;
    const seenBefore = slot.jobId !== null;
    slot.jobId = jobId;
    step(slot, phase === "completed" ? "job-done" : "job-running", atMs, jobId);
    if (seenBefore) return;
    this.#pauses.succeeded(slot.pool, slot.scope, slot.engine);
    this.#doubts.settled(slot.pool);
    for (const other of this.#doubtedBefore(slot)) other.outdone = true;
  }

  /** GitHub passes a slot over: it covers no job any more. */
  doubt(name: string, atMs: number): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.doubtedAtMs ??= atMs;
    this.#doubts.doubted(slot.pool, atMs);
  }

  /** The slots that were in doubt when this one was planned, in their place, and that could take whatever it can. */
  *#doubtedBefore({ pool, scope, sizeLabels, plannedAtMs }: Slot): Generator<Slot> {
    for (const other of this.#slots.values()) {
      const isOlder = other.doubtedAtMs !== null && other.doubtedAtMs <= plannedAtMs;
      const isLike = other.pool === pool && other.scope === scope && hasSize(other.sizeLabels, sizeLabels);
      if (isOlder && isLike) yield other;
    }
  }

  /** Takes in what was done to a slot, or became of it. */
  change(event: SlotEvent): void {
    if (event.change === "withdrawn") return this.#withdrawn(event.pool, event.answer);
    if (event.change === "planned" || event.change === "adopted") return this.#open(event);
    const slot = this.#slots.get(event.name);
    if (slot === undefined) return;
    switch (event.change) {
      case "registered":
        slot.runnerId = event.runnerId;
        return step(slot, "registered", event.atMs);
      case "waits":
        slot.waitsFor = event.why;
        return;
      case "started":
        slot.startedAtMs ??= event.atMs;
        slot.waitsFor = null;
        return step(slot, "started", event.atMs);
      case "exited":
        return this.#exited(slot, event.exitCode, event.atMs);
      case "failed":
        this.#pauses.failed(slot, event.code, event.atMs, event.retryAtMs);
        return this.#close(slot, "failed", event.atMs);
      case "removed":
        return this.#close(slot, "removed", event.atMs);
      case "node":
        slot.node = event.node;
        slot.nodeDownAtMs = event.down ? (slot.nodeDownAtMs ?? event.atMs) : null;
        return;
      case "outdated":
        slot.outdated = true;
        return;
      case "retire-asked":
        slot.retireAsked = true;
        return;
      case "retiring":
        slot.retiring = true;
        return;
      case "kept":
        return keep(slot, event.busy, event.atMs);
    }
  }

  #open(event: Extract<SlotEvent, { change: "planned" | "adopted" }>): void {
    if (this.#slots.has(event.name)) return;
    const slot = newSlot(event.name, event, event.change, event.atMs);
    if (event.change === "adopted") {
      slot.runnerId = event.runnerId;
      slot.startedAtMs = event.startedAtMs;
    }
    this.#slots.set(slot.name, slot);
    this.taken(slot.name, event.atMs);
  }

  #close(slot: Slot, input: "failed" | "removed", atMs: number): void {
    this.#cameToNothing(slot);
    step(slot, input, atMs);
    this.#slots.delete(slot.name);
  }

  #exited(slot: Slot, exitCode: number | null, atMs: number): void {
    if (slot.state === "exited") return;
    this.#cameToNothing(slot);
    step(slot, "exited", atMs);
    slot.exitedAtMs = atMs;
    if (slot.retiring && wasNeverOnline(slot)) this.#pauses.failed(slot, "never-online", atMs, null);
    // A job that was seen on it has told the pauses already.
    if (slot.retiring || slot.jobId !== null) return;
    if (slot.busySeenAtMs === null) this.#pauses.exited(slot.pool, exitCode, atMs);
    else this.#pauses.worked(slot.pool);
  }

  /** A slot that ends without a job proves nothing against those that it was started beside: they cover jobs again. */
  #cameToNothing(slot: Slot): void {
    if (slot.jobId !== null || slot.busySeenAtMs !== null) return;
    for (const other of this.#doubtedBefore(slot)) if (!other.outdone) other.doubtedAtMs = null;
  }

  /** GitHub itself removes a runner that ran its job: one that is gone has worked, though no job was seen on it. */
  #withdrawn(pool: string, answer: "deleted" | "gone" | "busy"): void {
    if (answer === "gone") this.#pauses.worked(pool);
  }

  /** Holds the slots of a scope against what GitHub lists. */
  inventory(event: InventoryEvent): void {
    const listed = new Map(event.runners.map((runner) => [runner.name, runner]));
    for (const slot of this.#slots.values()) {
      if (slot.scope !== event.scope || slot.startedAtMs === null || event.startedAtMs < slot.startedAtMs) continue;
      observe(slot, listed.get(slot.name), event, this.#runsJob(slot.name));
    }
  }

  #runsJob(name: string): boolean {
    const job = this.#jobOf(name);
    return job?.facts.phase === "in_progress" && !isGone(job);
  }

  /** The clock was set by so much. */
  shift(byMs: number): void {
    for (const slot of this.#slots.values()) shiftSlot(slot, byMs);
  }

  /** Says which slots nobody needs; the time since when is what retiring goes by. */
  recallSurplus(name: string, sinceMs: number): void {
    const slot = this.#slots.get(name);
    if (slot !== undefined) slot.surplusSinceMs = sinceMs;
  }

  markSurplus(names: ReadonlySet<string>, nowMs: number): void {
    for (const slot of this.#slots.values()) {
      slot.surplusSinceMs = names.has(slot.name) ? (slot.surplusSinceMs ?? nowMs) : null;
    }
  }
}

/** Whether GitHub listed its runner, and never as online: its container does not reach GitHub. */
function wasNeverOnline(slot: Slot): boolean {
  return (
    slot.jobId === null && slot.idleSeenAtMs === null && slot.busySeenAtMs === null && slot.offlineSeenAtMs !== null
  );
}

function keep(slot: Slot, busy: boolean, atMs: number): void {
  slot.retiring = false;
  slot.surplusSinceMs = null;
  slot.keptAtMs = atMs;
  if (!busy) return;
  slot.busySeenAtMs = atMs;
  step(slot, "busy", atMs);
}

/** One source that says busy outweighs all that do not: an inventory never takes back what a job proves. */
function observe(slot: Slot, runner: InventoryRunner | undefined, event: InventoryEvent, runsJob: boolean): void {
  const { startedAtMs: asOfMs, complete } = event;
  if (asOfMs < (slot.busySeenAtMs ?? 0)) return;
  if (runner !== undefined) slot.absentSinceMs = null;
  if (runner?.busy === true) {
    slot.busySeenAtMs = asOfMs;
    return step(slot, "busy", asOfMs);
  }
  if (runner?.online === true) {
    slot.idleSeenAtMs = asOfMs;
    return runsJob ? undefined : step(slot, "idle", asOfMs);
  }
  if (!complete) return;
  slot.offlineSeenAtMs = asOfMs;
  if (runner !== undefined) return step(slot, "offline", asOfMs);
  slot.absentSinceMs ??= asOfMs;
  if (asOfMs - slot.absentSinceMs >= LOST_AFTER_MS && !runsJob) step(slot, "absent", asOfMs);
}
