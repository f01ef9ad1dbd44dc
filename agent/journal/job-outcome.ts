import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import { servingPools } from "../../shared/controller/serving.ts";
import { factsOfSignal, joinFacts, type JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { JournaledSignal } from "./journal.ts";

/** What has become of a signal's job by now, as far as the journal knows. */
export type JobOutcome =
  | "unreadable" // a status that this version does not know
  | "waiting" // for an approval, or for other jobs
  | "queued" // for a runner
  | "unserved" // queued, and no pool serves it
  | "running" // on a slot of ours
  | "done" // on a slot of ours
  | "elsewhere" // taken by a runner that is not ours
  | "ended-unserved"; // cancelled or skipped before a runner took it

export interface OutcomeRules {
  /** What the names of our runners begin with. */
  readonly ownPrefix: string;
  /** Null where the pools file cannot be read. */
  readonly pools: readonly ServingPool[] | null;
}

/** What is known of each job, all signals of it taken together. */
export function factsByJob(signals: readonly JournaledSignal[]): ReadonlyMap<number, JobFacts> {
  const jobs = new Map<number, JobFacts>();
  for (const { signal } of signals) {
    const facts = factsOfSignal(signal);
    if (facts === null) continue;
    const known = jobs.get(facts.jobId);
    jobs.set(facts.jobId, known === undefined ? facts : joinFacts(known, facts));
  }
  return jobs;
}

/** The outcome of one job; null facts are those of a status that is not known. */
export function outcomeOf(facts: JobFacts | null, { ownPrefix, pools }: OutcomeRules): JobOutcome {
  if (facts === null) return "unreadable";
  const { phase, runnerName } = facts;
  if (runnerName !== null && !runnerName.startsWith(ownPrefix)) return "elsewhere";
  if (phase === "completed") return runnerName === null ? "ended-unserved" : "done";
  if (phase === "in_progress") return "running";
  if (phase === "waiting") return "waiting";
  return pools !== null && servingPools(pools, facts).length === 0 ? "unserved" : "queued";
}
