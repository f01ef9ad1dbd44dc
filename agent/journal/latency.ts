import type { JobTimeline } from "./timeline.ts";

/** Median and 95th percentile of one leg, in milliseconds. */
export interface LegLatency {
  readonly p50: number;
  readonly p95: number;
}

/** The legs of a job's way, each from one instant of its timeline to the next. */
const LEGS = {
  edge: ["createdAtMs", "edgeAtMs"],
  link: ["edgeAtMs", "agentAtMs"],
  jit: ["jitAskedAtMs", "jitAtMs"],
  container: ["jitAtMs", "containerAtMs"],
  pickup: ["containerAtMs", "startedAtMs"],
  total: ["createdAtMs", "startedAtMs"],
} as const satisfies Record<string, readonly [keyof JobTimeline, keyof JobTimeline]>;

/**
 * Median and p95 of each leg over the newest `last` jobs. GitHub stamps jobs in whole seconds, so legs that begin
 * or end at GitHub are no finer than that; a leg that no job has is left out.
 */
export function latencyOf(jobs: readonly JobTimeline[], last: number): Readonly<Record<string, LegLatency>> {
  const newest = jobs.toSorted((a, b) => a.edgeAtMs - b.edgeAtMs).slice(-last);
  const legs: Record<string, LegLatency> = {};
  for (const [leg, [from, to]] of Object.entries(LEGS)) {
    const durations = newest.flatMap((job) => durationOf(job[from], job[to])).toSorted((a, b) => a - b);
    if (durations.length > 0) legs[leg] = { p50: quantile(durations, 0.5), p95: quantile(durations, 0.95) };
  }
  return legs;
}

/** How long each leg of one job took, milliseconds; a leg whose ends are not both known is left out. */
export function legsOf(job: JobTimeline): Readonly<Record<string, number>> {
  const legs: Record<string, number> = {};
  for (const [leg, [from, to]] of Object.entries(LEGS)) for (const ms of durationOf(job[from], job[to])) legs[leg] = ms;
  return legs;
}

function durationOf(from: number | null, to: number | null): readonly number[] {
  return from === null || to === null ? [] : [Math.max(0, to - from)];
}

/** The nearest-rank quantile of ascending numbers. */
function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? 0;
}
