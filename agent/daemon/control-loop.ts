import { errorFields } from "../../shared/errors/message-of.ts";
import type { CancelTimer, Clock } from "../../shared/clock/clock.ts";
import { doubtsEvent, type Doubts } from "../../shared/controller/doubt.ts";
import type { ControllerEvent } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { plan, type Action } from "../../shared/controller/plan.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import { CLOCK_SET_MS, clockAheadMs } from "../clock/two-clocks.ts";

/** Why nothing is planned yet: what exists is not known, or what happened is still being told. */
export type Hold = "adoption" | "replay";

export interface ControlLoopOptions {
  readonly ledger: Ledger;
  readonly pools: () => readonly ServingPool[];
  readonly act: (action: Action) => void;
  /** Called after each turn in which something was learnt, planned or not. */
  readonly onTurn: () => void;
  /** The machine's clock was set, and what the ledger keeps has moved along. */
  readonly onClockSet: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The one controller, fed alike by webhooks, sweeps and slots. Each event is applied at once and planned for in
 * the same turn of the event loop: no fixed delay stands between a queued signal and the call to Docker.
 */
export class ControlLoop {
  readonly #options: ControlLoopOptions;
  readonly #said: SayOnce;
  readonly #holds = new Set<Hold>();
  #scheduled = false;
  #stopped = false;
  #cancelWake: CancelTimer | null = null;
  /** What the clock says beyond the time that went by; it changes only when somebody sets the clock. */
  #clockAheadMs: number;

  constructor(options: ControlLoopOptions) {
    this.#options = options;
    this.#said = new SayOnce(options.log);
    this.#clockAheadMs = clockAheadMs(options.clock);
  }

  /** Applies an event. Never throws: an event that breaks the ledger must not break the link that brought it. */
  feed(event: ControllerEvent): void {
    this.noticeClock();
    try {
      this.#options.ledger.apply(event);
    } catch (error) {
      this.#options.log.error("event not applied", { type: event.type, ...errorFields(error) });
    }
    this.#schedule();
  }

  /** Plans nothing until this hold is released. */
  hold(reason: Hold): void {
    this.#holds.add(reason);
  }

  /** Why nothing is planned yet. */
  get holds(): readonly Hold[] {
    return [...this.#holds];
  }

  release(reason: Hold): void {
    if (this.#holds.delete(reason)) this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelWake?.();
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#plan();
      this.#options.onTurn();
    });
  }

  #plan(): void {
    if (this.#stopped || this.#holds.size > 0) return;
    const { ledger, pools, clock, log } = this.#options;
    this.noticeClock();
    const now = clock.now();
    const next = plan(ledger, pools(), now);
    ledger.apply({ type: "surplus", atMs: now, names: next.surplus });
    this.#doubt(next.doubts, now);
    for (const action of next.actions) this.#act(action);
    this.#cancelWake?.();
    this.#cancelWake = null;
    if (next.nextAtMs === null) return;
    log.debug("next plan", { inMs: next.nextAtMs - now });
    this.#cancelWake = clock.after(Math.max(1, next.nextAtMs - now), () => this.#plan());
  }

  /** What is doubted changes the plan; what GitHub does not give, nobody here can mend. */
  #doubt(doubts: Doubts, nowMs: number): void {
    const event = doubtsEvent(doubts, nowMs);
    this.#options.ledger.apply(event);
    if (event.doubted.length > 0) this.#schedule();
    for (const { verdict, pool, slot, jobId } of doubts.verdicts) {
      const message =
        verdict === "doubted"
          ? "a runner is idle and GitHub does not give it the job that waits; another is started"
          : "GitHub does not give a job to idle runners of its class; look at githubstatus.com and at the runner group";
      this.#said.say("warn", `doubt ${pool}`, message, { pool, slot, jobId });
    }
  }

  /** A clock that was set must not stretch or shorten what is waited for. */
  noticeClock(): void {
    const { ledger, clock, log } = this.#options;
    const byMs = Math.round(clockAheadMs(clock) - this.#clockAheadMs);
    if (Math.abs(byMs) < CLOCK_SET_MS) return;
    this.#clockAheadMs += byMs;
    ledger.apply({ type: "clock-set", atMs: clock.now(), byMs });
    log.warn("this machine's clock was set", { byMs });
    this.#options.onClockSet();
  }

  #act(action: Action): void {
    try {
      this.#options.act(action);
    } catch (error) {
      this.#options.log.error("action failed", { type: action.type, ...errorFields(error) });
    }
  }
}
