import type { RunnerMachine } from "../../shared/costs/runner-machine.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { FinishedJobs } from "../journal/finished-jobs.ts";
import type { SlotRecords } from "../journal/slot-records.ts";
import { legsOf } from "../journal/latency.ts";
import type { LatencyBook } from "../status/latency-book.ts";
import type { AgentTotals } from "../status/totals.ts";

export interface NoteFinishedOptions {
  readonly jobs: FinishedJobs;
  readonly records: SlotRecords;
  readonly latency: LatencyBook;
  readonly totals: AgentTotals;
  /** What a job's runner was, in this pool. */
  readonly machineOf: (pool: string, facts: JobFacts) => RunnerMachine;
  readonly now: () => number;
  readonly log: Logger;
}

/** Keeps of each job of ours that ended what reports tell. Never throws: a report must not cost a job. */
export function noteFinished({
  jobs,
  records,
  latency,
  totals,
  machineOf,
  now,
  log,
}: NoteFinishedOptions): (facts: JobFacts) => void {
  const said = new SayOnce(log);
  return (facts) => {
    try {
      const pool = records.poolOf(facts.runnerName ?? "");
      const isNews = pool !== null && jobs.note({ ...facts, pool, machine: machineOf(pool, facts) }, now());
      const timeline = latency.finished(facts);
      if (isNews)
        totals.finished({ ...facts, pool, runMs: runMsOf(facts), legs: timeline === null ? {} : legsOf(timeline) });
      said.over("history");
    } catch (error) {
      said.say("warn", "history", "finished job not kept for reports", errorFields(error));
    }
  };
}

function runMsOf({ startedAtMs, completedAtMs }: JobFacts): number {
  return startedAtMs === null || completedAtMs === null ? 0 : Math.max(0, completedAtMs - startedAtMs);
}
