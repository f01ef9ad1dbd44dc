import { readJournal } from "./read-journal.ts";
import { timelines, type JobTimeline } from "./timeline.ts";

/**
 * The timelines in an agent's folder, read without changing anything there: the agent may be running, under another
 * user and in another version. None where there is no journal of this version.
 */
export function readTimelines(folder: string): readonly JobTimeline[] {
  try {
    const { signals, slots } = readJournal(folder);
    return timelines(signals, slots);
  } catch {
    return [];
  }
}
