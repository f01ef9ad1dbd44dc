import type { Clock } from "../../shared/clock/clock.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import type { Journal } from "../journal/journal.ts";

/** A webhook may come that much later than a sweep sees its job. */
const GRACE_MS = 2 * 60_000;
/** More say no more, and each that only sweeps know of is looked for in the journal. */
const MOST = 200;

export interface MissedWebhooksOptions {
  readonly ledger: Pick<Ledger, "jobs">;
  readonly journal: Pick<Journal, "toldByLink">;
  readonly clock: Clock;
}

/** What GitHub has and no webhook told of: what the edge cannot know, and reports to monitors. */
export class MissedWebhooks {
  readonly #options: MissedWebhooksOptions;
  /** Deliveries of each hook that were taken from GitHub's log since it last delivered by itself. */
  readonly #recovered = new Map<string, number>();

  constructor(options: MissedWebhooksOptions) {
    this.#options = options;
  }

  /** These were found in GitHub's log. Gives them back. */
  recovered(signals: readonly Signal[]): readonly Signal[] {
    for (const { hookId } of signals) this.#recovered.set(hookId ?? "", (this.#recovered.get(hookId ?? "") ?? 0) + 1);
    return signals;
  }

  /** These came over the link: their hooks deliver. Gives them back. */
  heard(signals: readonly Signal[]): readonly Signal[] {
    for (const { hookId } of signals) this.#recovered.delete(hookId ?? "");
    return signals;
  }

  /** Deliveries that were recovered, and jobs that are open for minutes and known from sweeps alone; 200 at most. */
  count(): number {
    const deliveries = [...this.#recovered.values()].reduce((sum, count) => sum + count, 0);
    return Math.min(deliveries + this.#jobs(), MOST);
  }

  #jobs(): number {
    const { ledger, journal, clock } = this.#options;
    const beforeMs = clock.now() - GRACE_MS;
    let jobs = 0;
    for (const { facts, because, firstSeenMs } of ledger.jobs) {
      if (because.source !== "sweep" || firstSeenMs > beforeMs || journal.toldByLink(facts.jobId)) continue;
      jobs += 1;
      if (jobs === MOST) break;
    }
    return jobs;
  }
}
