import { readFrom } from "./read-journal.ts";
import { timelines, type JobTimeline } from "./timeline.ts";

/** A job has three signals, four where it was held, and one slot; some slots get no job. */
const ROWS_A_JOB = { signals: 6, slots: 2 };

/**
 * The timelines of the newest jobs in an agent's folder, at least `jobs` of them where there are as many, read without changing anything there: the agent may be running, under another
 * user and in another version. None where there is no journal of this version.
 */
export function readTimelines(folder: string, jobs: number): readonly JobTimeline[] {
  try {
    return readFrom(folder, ({ journal, slots }) =>
      timelines(journal.signals(jobs * ROWS_A_JOB.signals), slots.all(jobs * ROWS_A_JOB.slots)),
    );
  } catch {
    return [];
  }
}
