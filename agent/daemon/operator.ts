import { drainProgress, UnknownPool, type DrainProgress } from "../../shared/controller/drain-progress.ts";
import type { ControllerEvent } from "../../shared/controller/events.ts";
import { holdsOf, type Holds } from "../../shared/controller/holds.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { slotProgress, UnknownSlot, type SlotProgress } from "../../shared/controller/slot-progress.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { OperatorPause } from "../../shared/controller/operator-pause.ts";
import type { DrainRecords } from "../journal/drain-records.ts";
import type { PauseRecord } from "../journal/pause-record.ts";
import type { SlotManager } from "../slots/slot-manager.ts";
import type { DeliverySweep } from "../sweeps/delivery-sweep.ts";
import type { LogReplay } from "../sweeps/log-replay.ts";

export interface OperatorOptions {
  /** Read, never written: what the operator wants reaches it through `feed`. */
  readonly ledger: Ledger;
  /** Keys of the pools that are served. */
  readonly pools: () => readonly string[];
  readonly drains: DrainRecords;
  readonly pause: PauseRecord;
  readonly slots: Pick<SlotManager, "force">;
  /** Null where there is no log to look into. */
  readonly deliveries: Pick<DeliverySweep, "again"> | null;
  /** Asks for a sweep soon. */
  readonly requestSweep: () => void;
  readonly feed: (event: ControllerEvent) => void;
  /** Has what the ledger and the disk keep moved along with a clock that was set. */
  readonly noticeClock: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What an operator asks of the agent, and how far it has come. */
export class Operator {
  readonly #options: OperatorOptions;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /**
   * Drains a pool, or undoes that. On disk and in effect on return: nothing new is started in the pool,
   * and its idle runners go as soon as GitHub has confirmed them idle.
   * @throws {UnknownPool} naming the pools that there are.
   */
  drain(pool: string, on: boolean): void {
    const { pools, drains, feed, clock, log } = this.#options;
    if (!pools().includes(pool)) throw new UnknownPool(pool, pools());
    drains.set(pool, on, clock.now());
    log.info(on ? "pool drains" : "pool serves again", { pool });
    feed({ type: "drain", pool, on });
  }

  /**
   * Starts no slot in any pool, by webhook or by sweep, for `forMs` milliseconds or, with null, until `resume`. On disk and
   * in effect on return. Signals are taken as ever, slots that exist go on, and idle ones may still take a job.
   */
  pause(forMs: number | null): OperatorPause {
    const { pause: record, feed, noticeClock, clock, log } = this.#options;
    // Before anything is written: what is kept for a clock that was set would be written over it.
    noticeClock();
    const sinceMs = clock.now();
    const pause = { sinceMs, untilMs: forMs === null ? null : sinceMs + forMs };
    record.set(pause);
    log.info("paused by the operator", pause);
    feed({ type: "operator-pause", pause });
    return pause;
  }

  /** Puts the pause on disk as it is after the clock was set. Never throws. */
  keepPause(): void {
    const { ledger, pause: record, clock, log } = this.#options;
    try {
      const held = ledger.operatorPause(clock.now());
      if (held !== null) record.set(held);
    } catch (error) {
      log.warn("the pause is on disk with its old times", errorFields(error));
    }
  }

  /** Ends the operator's pause, on disk and in effect on return. Whether there was one. */
  resume(): boolean {
    const { ledger, pause: record, feed, noticeClock, clock, log } = this.#options;
    noticeClock();
    const was = ledger.operatorPause(clock.now()) !== null;
    record.set(null);
    if (was) log.info("the operator's pause is over", {});
    feed({ type: "operator-pause", pause: null });
    return was;
  }

  /**
   * Has a sweep read GitHub's delivery logs again since a time, and take what is missing here; null where there is none to
   * look into. Rejects where the sweep cannot write down what it finds.
   */
  async replayLog(sinceMs: number): Promise<LogReplay | null> {
    const { deliveries, requestSweep, log } = this.#options;
    const done = deliveries?.again(sinceMs) ?? null;
    log.info("GitHub's delivery logs are read again, on the operator's word", { sinceMs });
    requestSweep();
    return done;
  }

  /** What keeps pools from starting slots. */
  holds(): Holds {
    const { ledger, pools, clock } = this.#options;
    return holdsOf(ledger, pools(), clock.now());
  }

  /** How far a pool has drained. */
  drainProgress(pool: string): DrainProgress {
    return drainProgress(this.#options.ledger, pool);
  }

  /**
   * Has a slot go once it is idle, or after its job. Holds as long as this process runs.
   * @throws {UnknownSlot} with the nearest one that there is.
   */
  retire(slot: string): void {
    const { ledger, feed, clock, log } = this.#options;
    if (ledger.slot(slot) === undefined)
      throw new UnknownSlot(
        slot,
        [...ledger.slots].map(({ name }) => name),
      );
    log.info("slot is to go, on the operator's word", { slot });
    feed({ type: "slot", atMs: clock.now(), name: slot, change: "retire-asked" });
  }

  /** Stops a slot with whatever it runs. Rejects with SlotError where its container cannot be stopped. */
  force(slot: string): Promise<void> {
    return this.#options.slots.force(slot);
  }

  /** How far a slot has gone; null once nothing of it is left. */
  slotProgress(slot: string): SlotProgress | null {
    return slotProgress(this.#options.ledger, slot);
  }
}
