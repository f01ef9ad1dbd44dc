import * as z from "zod/mini";

import { earliestOf } from "../clock/some-times.ts";
import { phaseOf, type Phase } from "./phase.ts";
import type { Signal } from "./signal.ts";

const instantMs = z.nullable(z.number());

/** What is known of one job, whoever told it. Times are milliseconds since the epoch. */
export const jobFactsSchema = z.object({
  jobId: z.number(),
  jobName: z.nullable(z.string()),
  runId: z.number(),
  attempt: z.number(),
  repository: z.string(),
  isPrivate: z.nullable(z.boolean()),
  labels: z.array(z.string()),
  phase: z.enum(["waiting", "queued", "in_progress", "completed"]),
  /** The time that the phase is as of: what orders `waiting` and `queued`, which may follow each other both ways. */
  phaseAtMs: z.number(),
  /** The runner that took it; null before one did. */
  runnerName: z.nullable(z.string()),
  conclusion: z.nullable(z.string()),
  createdAtMs: instantMs,
  startedAtMs: instantMs,
  completedAtMs: instantMs,
});

export type JobFacts = z.infer<typeof jobFactsSchema>;

/** What a signal says of its job, or null if its status is none that is known. */
export function factsOfSignal(signal: Signal): JobFacts | null {
  const phase = phaseOf(signal);
  if (phase === null) return null;
  const taken = phase === "in_progress" || phase === "completed";
  return {
    jobId: signal.jobId,
    jobName: signal.jobName,
    runId: signal.runId,
    attempt: signal.runAttempt,
    repository: signal.repository,
    isPrivate: signal.isPrivate,
    labels: signal.labels,
    phase,
    phaseAtMs: signal.startedAtMs ?? signal.createdAtMs ?? signal.receivedAtMs,
    // GitHub's own example of a queued job names a runner; only a job that was taken has one.
    runnerName: taken ? signal.runnerName : null,
    conclusion: phase === "completed" ? signal.conclusion : null,
    createdAtMs: signal.createdAtMs,
    startedAtMs: taken ? signal.startedAtMs : null,
    completedAtMs: phase === "completed" ? signal.completedAtMs : null,
  };
}

/**
 * Joins two accounts of one job. Commutative, associative and idempotent, so that copies, replays and any order
 * of the same facts end in the same state: the higher attempt wins; a later phase wins; between `waiting` and
 * `queued` the later one wins, and `queued` at the same instant.
 */
export function joinFacts(a: JobFacts, b: JobFacts): JobFacts {
  if (a.attempt !== b.attempt) return a.attempt > b.attempt ? a : b;
  const order = comparePhase(a, b);
  const winner = order >= 0 ? a : b;
  return {
    ...winner,
    // Two names of one repository, before and after a rename: the one that came with the later word.
    repository: order === 0 && b.repository > a.repository ? b.repository : winner.repository,
    jobName: maxText(a.jobName, b.jobName),
    isPrivate: a.isPrivate === null || b.isPrivate === null ? (a.isPrivate ?? b.isPrivate) : a.isPrivate || b.isPrivate,
    labels: richerLabels(a.labels, b.labels),
    runnerName: maxText(a.runnerName, b.runnerName),
    conclusion: maxText(a.conclusion, b.conclusion),
    createdAtMs: earliestOf(a.createdAtMs, b.createdAtMs),
    startedAtMs: earliestOf(a.startedAtMs, b.startedAtMs),
    completedAtMs: earliestOf(a.completedAtMs, b.completedAtMs),
  };
}

/** The same facts by a clock that shows so much more. */
export function shiftFacts(facts: JobFacts, byMs: number): JobFacts {
  const shifted = (atMs: number | null): number | null => (atMs === null ? null : atMs + byMs);
  return {
    ...facts,
    phaseAtMs: facts.phaseAtMs + byMs,
    createdAtMs: shifted(facts.createdAtMs),
    startedAtMs: shifted(facts.startedAtMs),
    completedAtMs: shifted(facts.completedAtMs),
  };
}

const RANK: Record<Phase, number> = { waiting: 0, queued: 0, in_progress: 1, completed: 2 };

function comparePhase(a: JobFacts, b: JobFacts): number {
  if (RANK[a.phase] !== RANK[b.phase]) return RANK[a.phase] - RANK[b.phase];
  if (a.phaseAtMs !== b.phaseAtMs) return a.phaseAtMs - b.phaseAtMs;
  return a.phase === b.phase ? 0 : a.phase === "queued" ? 1 : -1;
}

function maxText(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

/** A `completed` event may come without labels; the account that names more is the fuller one. */
function richerLabels(a: string[], b: string[]): string[] {
  if (a.length !== b.length) return a.length > b.length ? a : b;
  return a.join("\n") >= b.join("\n") ? a : b;
}
