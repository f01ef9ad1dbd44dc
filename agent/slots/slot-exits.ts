import type { CancelTimer, Clock } from "../../shared/clock/clock.ts";
import type { ControllerEvent, SlotChange } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Slot } from "../../shared/controller/slot.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { GitHub } from "../github/model/types.ts";
import type { ExitInquiry } from "./exit-inquiry.ts";
import { keepLastWords } from "./last-words.ts";
import { toRunnerScope } from "./runner-scope.ts";
import type { SlotNotes } from "./slot-notes.ts";
import type { SlotProvider } from "./slot-provider.ts";
import type { SlotWork } from "./slot-work.ts";

const CLEAR_RETRY_MS = 5000;
const MAX_CLEARED = 1000;

export interface SlotExitsOptions {
  readonly ledger: Ledger;
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly notes: SlotNotes;
  readonly work: SlotWork;
  readonly inquiry: ExitInquiry;
  readonly feed: (event: ControllerEvent) => void;
  /** Holds what is believed against what exists: what could not be cleared away is found again there. */
  readonly reconcile: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Whether a slot that GitHub knew ended before anybody told of a job on it, and nobody wanted it to. */
function isUnexplained(slot: Slot): slot is Slot & { readonly runnerId: number } {
  return slot.runnerId !== null && slot.jobId === null && !slot.retiring;
}

/** Clears away what is left of slots that ended: the last words kept, the container, a registration never used. */
export class SlotExits {
  readonly #options: SlotExitsOptions;
  /** Slots whose remains are being cleared away. */
  readonly #clearing = new Set<string>();
  /** When slots were cleared away, for lists that were asked for before. */
  readonly #cleared = new Map<string, number>();
  #retry: CancelTimer | null = null;

  constructor(options: SlotExitsOptions) {
    this.#options = options;
  }

  /** A slot's container ended, or is no longer there (`exitCode` null). */
  exited(name: string, exitCode: number | null): void {
    const { ledger, work, inquiry } = this.#options;
    const slot = ledger.slot(name);
    if (slot === undefined || this.#clearing.has(name)) return;
    this.#clearing.add(name);
    if (!isUnexplained(slot)) return this.#ended(name, exitCode);
    void work.run(name, async () => {
      await inquiry.ask(slot, slot.runnerId, work.signal);
      if (work.signal.aborted) this.#clearing.delete(name);
      else this.#ended(name, exitCode);
    });
  }

  #ended(name: string, exitCode: number | null): void {
    this.#feed(name, { change: "exited", exitCode });
    void this.#options.work.run(name, () => this.#clear(name, exitCode));
  }

  async #clear(name: string, exitCode: number | null): Promise<void> {
    const { provider, log, clock, ledger, notes, work } = this.#options;
    const { signal } = work;
    try {
      const exitedAtMs = clock.now();
      if (exitCode !== null && exitCode !== 0) await keepLastWords(this.#options, name, exitCode, signal);
      await provider.remove(name, signal);
      const slot = ledger.slot(name);
      this.#keepCleared(name);
      this.#feed(name, { change: "removed" });
      notes.update(name, { exitedAtMs, exitCode, removedAtMs: clock.now() });
      if (slot !== undefined && slot.jobId === null) await this.#withdraw(slot);
    } catch (error) {
      if (signal.aborted) return;
      log.warn("remains of a slot not cleared; it is tried again", { slot: name, ...errorFields(error) });
      this.#reconcileSoon();
    } finally {
      this.#clearing.delete(name);
    }
  }

  /** GitHub removes a runner that ran its job. One that ended without is removed here; 404 is as good. */
  async #withdraw({ name, pool, scope, runnerId }: Slot): Promise<void> {
    const { github, work, log } = this.#options;
    if (runnerId === null) return;
    const answer = await github.deleteRunner(toRunnerScope(scope), runnerId, work.signal);
    this.#feed(name, { change: "withdrawn", pool, answer });
    log.debug("runner that saw no job deregistered", { slot: name, answer });
  }

  /** Whether a slot was cleared away after a list was asked for, which may still show it. Names are never reused. */
  clearedSince(askedAtMs: number, name: string): boolean {
    const clearedAtMs = this.#cleared.get(name);
    if (clearedAtMs === undefined) return false;
    if (clearedAtMs < askedAtMs) this.#cleared.delete(name);
    return clearedAtMs >= askedAtMs;
  }

  #keepCleared(name: string): void {
    if (this.#cleared.size >= MAX_CLEARED) this.#cleared.clear();
    this.#cleared.set(name, this.#options.clock.now());
  }

  /** A slot that was not cleared keeps its place: the next sweep may be an hour away. */
  #reconcileSoon(): void {
    if (this.#retry !== null) return;
    const { clock, work, reconcile } = this.#options;
    this.#retry = clock.after(CLEAR_RETRY_MS, () => {
      this.#retry = null;
      void work.run("reconcile", reconcile);
    });
  }

  #feed(name: string, step: SlotChange): void {
    const { feed, clock } = this.#options;
    feed({ type: "slot", atMs: clock.now(), name, ...step });
  }

  stop(): void {
    this.#retry?.();
  }
}
