import { describeWait } from "../controller/describe-reason.ts";
import { queuedSinceMs, type LedgerJob } from "../controller/job.ts";
import type { Ledger } from "../controller/ledger.ts";
import type { WaitReasons } from "../controller/wait-reason.ts";
import { remedyFor } from "../controller/wait-remedy.ts";
import type { WaitReason } from "../controller/wait-reason-schema.ts";
import type { JobsStatus, RunningJob, WaitingJob } from "./job-status.ts";

/** Jobs that are listed of each kind; the others are counted. */
export const MOST_LISTED = 1000;

/** The open jobs that concern this agent: those that wait, each with its reason, and those on its runners. */
export function describeJobs(ledger: Ledger, reasons: WaitReasons, ownPrefix: string): JobsStatus {
  const waiting: LedgerJob[] = [];
  const running: LedgerJob[] = [];
  for (const job of ledger.jobs) {
    const { phase, runnerName } = job.facts;
    if (phase === "queued" || phase === "waiting") waiting.push(job);
    else if (runnerName?.startsWith(ownPrefix) === true) running.push(job);
  }
  const byReason: Record<string, number> = {};
  for (const job of waiting) {
    const { code } = reasons.of(job);
    byReason[code] = (byReason[code] ?? 0) + 1;
  }
  const said = new Map<WaitReason, Words>();
  const wordsOnce = (reason: WaitReason): Words => {
    const words = said.get(reason) ?? wordsFor(reason);
    said.set(reason, words);
    return words;
  };
  const oldest = waiting.toSorted((a, b) => queuedSinceMs(a) - queuedSinceMs(b)).slice(0, MOST_LISTED);
  return {
    byReason,
    waitingTotal: waiting.length,
    waiting: oldest.map((job) => describeWaiting(job, reasons, wordsOnce)),
    runningTotal: running.length,
    running: running.slice(0, MOST_LISTED).map((job) => describeRunning(job, ledger)),
  };
}

/** One open job as the document tells of it; both are null for any other. */
export interface OpenJob {
  readonly waiting: WaitingJob | null;
  readonly running: RunningJob | null;
}

/** What the document would tell of one job, however many there are. */
export function describeJob(ledger: Ledger, reasons: WaitReasons, ownPrefix: string, jobId: number): OpenJob {
  const job = ledger.job(jobId);
  if (job === undefined) return { waiting: null, running: null };
  const { phase, runnerName } = job.facts;
  if (phase === "queued" || phase === "waiting") return { waiting: describeWaiting(job, reasons), running: null };
  const isOurs = phase === "in_progress" && runnerName?.startsWith(ownPrefix) === true;
  return { waiting: null, running: isOurs ? describeRunning(job, ledger) : null };
}

/** A job that has no runner, with its reason. */
function describeWaiting(job: LedgerJob, reasons: WaitReasons, words = wordsFor): WaitingJob {
  const reason = reasons.of(job);
  const phase = job.facts.phase === "waiting" ? "waiting" : "queued";
  return {
    ...namesOf(job),
    phase,
    sinceMs: queuedSinceMs(job),
    reason,
    ...words(reason),
  };
}

type Words = Pick<WaitingJob, "why" | "remedy" | "mender">;

/** A reason for people: many jobs that wait have one and the same. */
function wordsFor(reason: WaitReason): Words {
  const { mender, text: remedy } = remedyFor(reason);
  return { why: describeWait(reason), remedy, mender };
}

/** A job on a runner of this agent. */
function describeRunning(job: LedgerJob, ledger: Ledger): RunningJob {
  const { runnerName, startedAtMs } = job.facts;
  const slot = runnerName ?? "";
  return { ...namesOf(job), slot, pool: ledger.slot(slot)?.pool ?? null, startedAtMs };
}

function namesOf({ facts }: LedgerJob) {
  const { jobId, jobName: name, runId, attempt, repository, labels } = facts;
  return { jobId, name, runId, attempt, repository, labels };
}
