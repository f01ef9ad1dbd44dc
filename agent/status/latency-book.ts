import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { Status } from "../../shared/status/status.ts";
import type { Journal } from "../journal/journal.ts";
import { latencyOf } from "../journal/latency.ts";
import type { SlotRecords } from "../journal/slot-records.ts";
import { timelines, type JobTimeline } from "../journal/timeline.ts";

const KEPT = 100;

/** The timelines of the jobs that ended last, kept in memory so that nobody has to read history for them. */
export class LatencyBook {
  readonly #journal: Pick<Journal, "signalsOf">;
  readonly #records: Pick<SlotRecords, "one">;
  readonly #jobs = new Map<number, JobTimeline>();

  constructor(journal: Pick<Journal, "signalsOf">, records: Pick<SlotRecords, "one">) {
    this.#journal = journal;
    this.#records = records;
  }

  /** A job of ours has ended: reads what is known of it, once; null where that was before. @throws {Error} what the disk throws. */
  finished({ jobId, runnerName }: JobFacts): JobTimeline | null {
    if (runnerName === null || this.#jobs.has(jobId)) return null;
    const slot = this.#records.one(runnerName);
    const [timeline] = timelines(this.#journal.signalsOf(jobId), slot === null ? [] : [slot]);
    if (timeline === undefined) return null;
    this.#jobs.set(jobId, timeline);
    for (const [oldest] of this.#jobs) {
      if (this.#jobs.size <= KEPT) break;
      this.#jobs.delete(oldest);
    }
    return timeline;
  }

  status(): Status["latency"] {
    return { jobs: this.#jobs.size, legs: { ...latencyOf([...this.#jobs.values()], KEPT) } };
  }
}
