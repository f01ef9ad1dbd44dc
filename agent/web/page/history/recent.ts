import { factsByJob, outcomeOf, type JobOutcome } from "../../../journal/job-outcome.ts";
import type { JournaledSignal } from "../../../journal/journal.ts";
import type { SlotRecord } from "../../../journal/slot-records.ts";
import { timelines, type JobTimeline } from "../../../journal/timeline.ts";

const MOST_JOBS = 12;
const MOST_DELIVERIES = 15;

/** A job that a runner of ours took, with when each thing happened to it. */
export interface RecentJob extends JobTimeline {
  readonly name: string | null;
  readonly runId: number;
  readonly repository: string;
  readonly conclusion: string | null;
}

/** A delivery that came, and what has become of its job by now. */
export interface RecentDelivery {
  readonly guid: string;
  readonly jobId: number;
  readonly runId: number;
  readonly name: string | null;
  readonly repository: string;
  readonly action: string;
  readonly receivedAtMs: number;
  readonly outcome: JobOutcome;
  /** The runner that took the job; null while none has. */
  readonly runner: string | null;
}

/** The newest first. */
export interface Recent {
  readonly jobs: readonly RecentJob[];
  readonly deliveries: readonly RecentDelivery[];
}

/** What the newest signals tell, joined with the slots that `slotOf` remembers. */
export function recentOf(
  signals: readonly JournaledSignal[],
  slotOf: (name: string) => SlotRecord | null,
  ownPrefix: string,
): Recent {
  const facts = factsByJob(signals);
  const names = [...facts.values()].flatMap(({ runnerName }) => runnerName ?? []);
  const slots = names.filter((name) => name.startsWith(ownPrefix)).flatMap((name) => slotOf(name) ?? []);
  const jobs = timelines(signals, slots).flatMap((timeline): readonly RecentJob[] => {
    const known = facts.get(timeline.jobId);
    if (known === undefined || timeline.slot === null || timeline.startedAtMs === null) return [];
    const { jobName: name, runId, repository, conclusion } = known;
    return [{ ...timeline, name, runId, repository, conclusion }];
  });
  const deliveries = signals.slice(-MOST_DELIVERIES).map(({ signal }): RecentDelivery => {
    const known = facts.get(signal.jobId) ?? null;
    const { guid, jobId, runId, jobName: name, repository, action, receivedAtMs } = signal;
    const outcome = outcomeOf(known, { ownPrefix, pools: null });
    return { guid, jobId, runId, name, repository, action, receivedAtMs, outcome, runner: known?.runnerName ?? null };
  });
  return {
    jobs: jobs.toSorted((a, b) => (b.startedAtMs ?? 0) - (a.startedAtMs ?? 0)).slice(0, MOST_JOBS),
    deliveries: deliveries.toReversed(),
  };
}
