import type { Status } from "../../../shared/status/status.ts";
import { counter, gauge, type Family, type Sample } from "./family.ts";

/** Jobs, slots and pools. Labels are keys of pools, states and conclusions, whose number the pools file bounds. */
export function poolFamilies({ pools, jobs, totals }: Status): readonly Family[] {
  const perPool = (valueOf: (pool: Status["pools"][number]) => number): readonly Sample[] =>
    pools.map((pool) => ({ labels: { pool: pool.key }, value: valueOf(pool) }));
  const built = pools.flatMap(({ key, imageBuiltAtMs }) =>
    imageBuiltAtMs == null ? [] : [{ labels: { pool: key }, value: imageBuiltAtMs / 1000 }],
  );
  const states = pools.flatMap(({ key, slots }) =>
    Object.entries(slots).map(([state, value]) => ({ labels: { pool: key, state }, value })),
  );
  const waiting = Object.entries(jobs.byReason).map(([reason, value]) => ({ labels: { reason }, value }));
  return [
    gauge(
      "hookline_pool_waiting_jobs",
      "Jobs that wait and that the pool may serve: its demand.",
      perPool((pool) => pool.waiting),
    ),
    gauge(
      "hookline_pool_max_slots",
      "Most slots that the pool may hold.",
      perPool((pool) => pool.max),
    ),
    gauge(
      "hookline_pool_idle_slots",
      "Slots that a job can count on.",
      perPool((pool) => pool.idle),
    ),
    gauge(
      "hookline_pool_paused",
      "Whether something keeps the pool from starting slots.",
      perPool((pool) => Number(pool.pauses.length > 0)),
    ),
    gauge(
      "hookline_pool_failing",
      "Whether the last slot of the pool could not be started.",
      perPool((pool) => Number(pool.lastFailure !== null)),
    ),
    gauge("hookline_slots", "Slots by state.", states),
    gauge("hookline_waiting_jobs", "Jobs that wait, by the code of their reason.", waiting),
    gauge("hookline_running_jobs", "Jobs on runners of this agent.", [{ value: jobs.runningTotal }]),
    gauge("hookline_image_built_timestamp_seconds", "When the image of the pool's runners was built.", built),
    counter(
      "hookline_jobs_total",
      "Jobs that ran here and ended, by conclusion.",
      (totals?.jobs ?? []).map(({ pool, conclusion, jobs: value }) => ({ labels: { pool, conclusion }, value })),
    ),
    counter(
      "hookline_job_seconds_total",
      "How long those jobs ran.",
      (totals?.jobs ?? []).map(({ pool, conclusion, runMs }) => ({
        labels: { pool, conclusion },
        value: runMs / 1000,
      })),
    ),
    counter(
      "hookline_slots_ended_total",
      "Slots that ended, or could not be started, by what they came to.",
      (totals?.slots ?? []).map(({ pool, kind, slots }) => ({ labels: { pool, kind }, value: slots })),
    ),
    counter(
      "hookline_runner_seconds_total",
      "How long the containers of those slots ran.",
      (totals?.slots ?? []).map(({ pool, kind, ranMs }) => ({ labels: { pool, kind }, value: ranMs / 1000 })),
    ),
  ];
}
