import type { Clock } from "../../shared/clock/clock.ts";
import type { ControllerEvent, SlotChange } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Slot } from "../../shared/controller/slot.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SlotOutcome } from "../../shared/status/pool-status.ts";
import { isDoneWithin } from "../clock/is-done-within.ts";
import type { GitHub } from "../github/model/types.ts";
import type { ExitInquiry } from "./exit-inquiry.ts";
import { keepLastWords } from "./last-words.ts";
import { Remains, type RemainsOfSlot } from "./remains.ts";
import { toRunnerScope } from "./runner-scope.ts";
import type { SlotNotes } from "./slot-notes.ts";
import type { SlotOutcomes } from "./slot-outcomes.ts";
import type { SlotProvider } from "./slot-provider.ts";
import type { SlotWork } from "./slot-work.ts";

/** A slot that has ended keeps its place for so long while the engine removes its container. */
const KEEP_PLACE_MS = 5000;
const MAX_CLEARED = 1000;

export interface SlotExitsOptions {
  readonly ledger: Ledger;
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly notes: SlotNotes;
  readonly outcomes: SlotOutcomes;
  readonly work: SlotWork;
  readonly inquiry: ExitInquiry;
  readonly feed: (event: ControllerEvent) => void;
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

  readonly #remains: Remains;

  constructor(options: SlotExitsOptions) {
    this.#options = options;
    this.#remains = new Remains(options);
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

  /** A container that was made and never started: it may still be started, and has its place until it is gone. */
  unstarted(name: string): void {
    if (this.#clearing.has(name)) return;
    this.#clearing.add(name);
    this.#feed(name, { change: "exited", exitCode: null });
    void this.#options.work.run(name, () => this.#clear(name, null, false));
  }

  /** The place is free when the container is gone, or, where it has ended, after five seconds of trying. */
  async #clear(name: string, exitCode: number | null, hasEnded = true): Promise<void> {
    const { clock, ledger, notes, outcomes, work } = this.#options;
    const exitedAtMs = clock.now();
    const words: { last: string | null } = { last: null };
    const removal = this.#takeAway(name, exitCode, words);
    try {
      if (!(hasEnded && (await isDoneWithin(removal, KEEP_PLACE_MS, clock, work.signal)))) {
        this.#remains.add(name, removal);
        if (!hasEnded) await this.#remains.gone(name);
      }
      if (work.signal.aborted) return;
      const slot = ledger.slot(name);
      if (slot !== undefined) this.#tellEnd(slot, outcomes.ended(slot, exitCode, words.last));
      this.#keepCleared(name);
      this.#feed(name, { change: "removed" });
      notes.update(name, { exitedAtMs, exitCode, removedAtMs: clock.now() });
      if (slot !== undefined && slot.jobId === null) await this.#withdraw(slot);
    } finally {
      this.#clearing.delete(name);
    }
  }

  #tellEnd({ name: slot, pool }: Slot, { kind, jobId, exitCode, ranMs }: SlotOutcome): void {
    const { log, ledger } = this.#options;
    const message = {
      job: "slot done",
      "no-job": "slot ended without a job",
      retired: "slot gone",
      "not-started": "slot not started",
    };
    const repository = jobId === null ? undefined : ledger.job(jobId)?.facts.repository;
    const minutes = ranMs === null ? null : Math.round(ranMs / 6000) / 10;
    log.info(message[kind], { jobId, slot, pool, repository, exitCode, minutes });
  }

  async #takeAway(name: string, exitCode: number | null, words: { last: string | null }): Promise<void> {
    const { provider, work } = this.#options;
    if (exitCode !== null && exitCode !== 0)
      words.last = await keepLastWords(this.#options, name, exitCode, work.signal);
    await provider.remove(name, work.signal);
  }

  /** Whether the container of a slot that ended is still there, and being dealt with. */
  isRemains(name: string): boolean {
    return this.#remains.has(name);
  }

  /** Containers of slots that ended, which the engine does not remove. */
  remains(): readonly RemainsOfSlot[] {
    return this.#remains.list();
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

  #feed(name: string, step: SlotChange): void {
    const { feed, clock } = this.#options;
    feed({ type: "slot", atMs: clock.now(), name, ...step });
  }

  stop(): void {
    this.#remains.stop();
  }
}
