import type { JobFacts } from "../workflow-job/job-facts.ts";
import type { Source } from "./events.ts";

/** Two sweeps must miss a job before it is believed to be gone. */
export const SWEEPS_TO_BE_GONE = 2;

/**
 * GitHub cancels a job that has waited this long.
 * https://docs.github.com/en/actions/reference/limits
 */
const GITHUB_QUEUE_LIMIT_MS = 24 * 60 * 60_000;

/** Who told what is believed. */
export interface JobEvidence {
  readonly source: Source;
  /** The delivery's GUID, where it was a signal. */
  readonly guid: string | null;
  readonly atMs: number;
}

/** What the ledger believes of one job, with the evidence. Times are milliseconds since the epoch. */
export interface LedgerJob {
  facts: JobFacts;
  /** Who brought the phase that it is in. */
  readonly because: JobEvidence;
  /** When anybody last said that it exists, on the agent's clock. */
  lastSeenMs: number;
  firstSeenMs: number;
  /** Start of the last sweep that listed it; null before one did. */
  sweptAtMs: number | null;
  /** Complete sweeps in a row that began after it was last seen and did not list it. */
  missedSweeps: number;
  /** It was old news when it arrived; it counts only once a sweep has seen it. */
  unconfirmed: boolean;
}

/** Whether it is to be served: runnable by all that is known, and confirmed where it arrived late. */
export function isDemand(job: LedgerJob): boolean {
  return job.facts.phase === "queued" && !job.unconfirmed && !isGone(job);
}

/** Whether sweeps no longer find it; a signal or a sweep that does brings it back. */
export function isGone(job: LedgerJob): boolean {
  return job.missedSweeps >= SWEEPS_TO_BE_GONE;
}

/** Whether GitHub is to be asked if it still waits: it came as old news, and no sweep has looked for it yet. */
export function isUnconfirmed(job: LedgerJob): boolean {
  return job.unconfirmed && job.facts.phase === "queued" && job.missedSweeps === 0;
}

/** Since when it has been waiting for a runner. */
export function queuedSinceMs(job: LedgerJob): number {
  return Math.min(job.facts.phaseAtMs, job.firstSeenMs);
}

/**
 * Whether GitHub has most likely cancelled it by now. It stays in demand, since age proves nothing, but nothing is
 * started for it before a sweep has seen it at that age.
 */
export function isOverdue(job: LedgerJob, nowMs: number): boolean {
  const limitMs = queuedSinceMs(job) + GITHUB_QUEUE_LIMIT_MS;
  return nowMs >= limitMs && (job.sweptAtMs ?? 0) < limitMs;
}

/** By what GitHub says, so that it does not matter who told of a job first. */
export function olderFirst(a: LedgerJob, b: LedgerJob): number {
  return (a.facts.createdAtMs ?? 0) - (b.facts.createdAtMs ?? 0) || a.facts.jobId - b.facts.jobId;
}
