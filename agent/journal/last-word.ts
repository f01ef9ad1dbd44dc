import { factsOfSignal, joinFacts, type JobFacts } from "../../shared/workflow-job/job-facts.ts";
import { readFrom } from "./read-journal.ts";
import type { SlotRecord } from "./slot-records.ts";
import type { SweepRecord } from "./sweep-records.ts";

/** What the journal of a daemon that is away still says. */
export interface LastWord {
  /** Open jobs, those that were heard of first leading. */
  readonly jobs: readonly JobFacts[];
  /** Slots that are not known to be gone. */
  readonly slots: readonly SlotRecord[];
  readonly drained: readonly string[];
  /** On disk once an hour, and when sweeps begin or cease to fail. */
  readonly lastSweep: SweepRecord | null;
}

/** Reads it from what is open, not from what was. @throws {JournalUnreadable} */
export function lastWord(folder: string): LastWord {
  return readFrom(folder, ({ journal, slots, drains, sweeps }) => {
    const jobs = new Map<number, JobFacts>();
    for (const { signal } of journal.recall()) {
      const facts = factsOfSignal(signal);
      if (facts === null) continue;
      const known = jobs.get(facts.jobId);
      jobs.set(facts.jobId, known === undefined ? facts : joinFacts(known, facts));
    }
    return {
      jobs: [...jobs.values()],
      slots: slots.unfinished(),
      drained: [...drains.pools()],
      lastSweep: sweeps.last(),
    };
  });
}
