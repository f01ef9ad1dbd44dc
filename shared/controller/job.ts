import { shiftFacts, type JobFacts } from "../workflow-job/job-facts.ts";
import type { Source } from "./events.ts";

/** GitHub must say twice that it has no such job, this long apart: a replica may lag, a token may lose its access. */
const ABSENT_FOR_MS = 2 * 60_000;

/** A younger job may not have reached all of GitHub yet. */
const LEAST_AGE_MS = 5 * 60_000;

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
  because: JobEvidence;
  /** When anybody last said that it exists, on the agent's clock. */
  lastSeenMs: number;
  firstSeenMs: number;
  /** Start of the last sweep that listed it; null before one did. */
  sweptAtMs: number | null;
  /** When GitHub first answered that it has no such job, in a repository that it shows; null where it last did have it. */
  absentSinceMs: number | null;
  /** When GitHub last answered so. */
  absentAtMs: number | null;
  /** It was old news when it arrived; it counts only once a sweep has seen it. */
  unconfirmed: boolean;
}

/** Moves all that is kept of a job's times by so much. */
export function shiftJob(job: LedgerJob, byMs: number): void {
  job.firstSeenMs += byMs;
  job.lastSeenMs += byMs;
  for (const time of ["sweptAtMs", "absentSinceMs", "absentAtMs"] as const) {
    const atMs = job[time];
    if (atMs !== null) job[time] = atMs + byMs;
  }
  job.because = { ...job.because, atMs: job.because.atMs + byMs };
  job.facts = shiftFacts(job.facts, byMs);
}

/** Whether it is to be served: runnable by all that is known, and confirmed where it arrived late. */
export function isDemand(job: LedgerJob): boolean {
  return job.facts.phase === "queued" && !job.unconfirmed && !isGone(job);
}

/** Whether GitHub has it no more, by its own repeated word about this very job. A signal or a sweep brings it back. */
export function isGone({ absentSinceMs, absentAtMs, firstSeenMs }: LedgerJob): boolean {
  if (absentSinceMs === null || absentAtMs === null) return false;
  return absentAtMs - absentSinceMs >= ABSENT_FOR_MS && absentAtMs - firstSeenMs >= LEAST_AGE_MS;
}

/** Whether GitHub is to be asked if it still waits: it came as old news, and GitHub has not spoken of it since. */
export function isUnconfirmed(job: LedgerJob): boolean {
  return job.unconfirmed && job.facts.phase === "queued" && job.absentSinceMs === null;
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
