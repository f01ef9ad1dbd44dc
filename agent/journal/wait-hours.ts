import type { SqlDatabase } from "../../shared/sql/sql.ts";

const HOUR_MS = 60 * 60_000;

/** How long jobs waited that ended within one hour. Quantiles are those of the nearest rank. */
export interface WaitHour {
  /** When the hour began, milliseconds since the epoch. */
  readonly atMs: number;
  readonly jobs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const WAIT_HOURS = `WITH ranked AS (
     SELECT completed_at / ${HOUR_MS} * ${HOUR_MS} AS hour, wait_ms,
       row_number() OVER by_hour AS rank, count(*) OVER (PARTITION BY completed_at / ${HOUR_MS}) AS jobs
     FROM finished_jobs WHERE completed_at >= ?
     WINDOW by_hour AS (PARTITION BY completed_at / ${HOUR_MS} ORDER BY wait_ms))
   SELECT hour, jobs,
     max(CASE WHEN rank = (jobs + 1) / 2 THEN wait_ms END) AS p50,
     max(CASE WHEN rank = (jobs * 95 + 99) / 100 THEN wait_ms END) AS p95
   FROM ranked GROUP BY hour ORDER BY hour`;

/** Of the jobs in `slots.db` that are known by their ids, those that ended since then: how long they waited, by the hour of their end. */
export function waitHours(slotsSql: SqlDatabase, sinceMs: number): readonly WaitHour[] {
  return slotsSql.exec(WAIT_HOURS, sinceMs).map((row) => ({
    atMs: Number(row["hour"]),
    jobs: Number(row["jobs"]),
    p50Ms: Number(row["p50"]),
    p95Ms: Number(row["p95"]),
  }));
}
