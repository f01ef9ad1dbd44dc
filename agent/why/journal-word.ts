import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { OneFinished } from "../journal/finished-jobs.ts";
import { factsByJob } from "../journal/job-outcome.ts";
import { readFrom } from "../journal/read-journal.ts";

/** What the journal of a folder has of one job. */
export interface JournalWord {
  /** All its signals taken together; null where none is kept whole. */
  readonly facts: JobFacts | null;
  /** The pool whose runner had it, where one of this agent's did. */
  readonly pool: string | null;
  readonly finished: OneFinished | null;
}

/** Null where there is no journal that can be read. Reads what is kept of this job, whatever else there is. */
export function journalWord(folder: string, jobId: number): JournalWord | null {
  try {
    return readFrom(folder, ({ journal, slots, finished }) => {
      const facts = factsByJob(journal.signalsOf(jobId)).get(jobId) ?? null;
      return { facts, pool: slots.poolOf(facts?.runnerName ?? ""), finished: finished.one(jobId) };
    });
  } catch {
    return null;
  }
}
