import type { Clock } from "../../shared/clock/clock.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import { servedDemand } from "../../shared/controller/serving.ts";
import { isBusy } from "../../shared/controller/slot.ts";
import type { AgentReport } from "../../shared/link/report.ts";
import { sleep } from "../clock/sleep.ts";
import { isWhole, wholeAtMs, type SweepResult } from "../sweeps/sweep-result.ts";
import { MissedWebhooks, type MissedWebhooksOptions } from "./missed-webhooks.ts";

const REPORT_INTERVAL_MS = 60_000;

export interface ReporterOptions {
  readonly ledger: Ledger;
  readonly pools: () => readonly ServingPool[];
  readonly journal: MissedWebhooksOptions["journal"];
  /** Tells the edge, where there is a link to it. */
  readonly send: (report: AgentReport) => void;
  readonly clock: Clock;
}

export interface AgentState extends AgentReport {
  /** Whether the edge has welcomed this agent on a link that is up. */
  readonly connected: boolean;
}

/** What the agent says of itself, and when it says so to the edge. */
export class Reporter {
  /** What GitHub has and no webhook told of. */
  readonly missed: MissedWebhooks;
  readonly #options: ReporterOptions;
  #lastSweepAtMs: number | null = null;
  #lastCompleteSweepAtMs: number | null = null;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.missed = new MissedWebhooks(options);
  }

  state(): AgentReport {
    const { ledger, pools } = this.#options;
    const slots = [...ledger.slots];
    return {
      slots: slots.length,
      busy: slots.filter(isBusy).length,
      demand: servedDemand(ledger, pools()),
      lastSweepAt: this.#lastSweepAtMs,
      lastCompleteSweepAt: this.#lastCompleteSweepAtMs,
      missed: this.missed.count(),
    };
  }

  /** Notes a sweep; true if it read everything. */
  swept(result: SweepResult): boolean {
    this.#lastSweepAtMs = result.finishedAtMs;
    this.#lastCompleteSweepAtMs = wholeAtMs(result) ?? this.#lastCompleteSweepAtMs;
    return isWhole(result);
  }

  send(): void {
    this.#options.send(this.state());
  }

  /** Sends what has changed, once a minute at most, until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    let last = "";
    while (await sleep(this.#options.clock, REPORT_INTERVAL_MS, signal)) {
      const { slots, busy, demand, missed } = this.state();
      const now = JSON.stringify({ slots, busy, demand, missed });
      if (now !== last) this.send();
      last = now;
    }
  }
}
