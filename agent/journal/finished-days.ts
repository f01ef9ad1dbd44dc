import type { SqlDatabase, SqlRow } from "../../shared/sql/sql.ts";
import { jobDayKey, jobDayOf, jobWordsOf, sumOf, WAIT_BOUNDS_MS, type JobDay } from "./finished-jobs.ts";

/** The jobs that are known by their ids as rows of their days: counted by SQLite, however many there are. */
const OPEN_DAYS = `SELECT day, pool, repository, conclusion, machine, count(*) AS jobs, sum(run_ms) AS run_ms, sum(wait_ms) AS wait_ms,
     ${WAIT_BOUNDS_MS.map((bound, at) => `sum(${withinSql(WAIT_BOUNDS_MS[at - 1] ?? null, bound)}) AS waits_${at}`).join(", ")}
   FROM finished_jobs WHERE day >= ? GROUP BY day, pool, repository, conclusion, machine`;

function withinSql(above: number | null, most: number): string {
  const bounds = [above === null ? "" : `wait_ms > ${above}`, Number.isFinite(most) ? `wait_ms <= ${most}` : ""];
  return bounds.filter((bound) => bound !== "").join(" AND ");
}

/** The first day in `slots.db` that a job is known of, such as `2026-11-30`; null where none is. */
export function firstFinishedDay(slotsSql: SqlDatabase): string | null {
  const [row] = slotsSql.exec(
    "SELECT min(day) AS day FROM (SELECT min(day) AS day FROM job_days UNION ALL SELECT min(day) FROM finished_jobs)",
  );
  return typeof row?.["day"] === "string" ? row["day"] : null;
}

/** The days in `slots.db` from `since` on, such as `2026-11-30`, oldest first. */
export function finishedDays(slotsSql: SqlDatabase, since: string): readonly JobDay[] {
  const folded = slotsSql.exec("SELECT * FROM job_days WHERE day >= ?", since).map(jobDayOf);
  const open = slotsSql.exec(OPEN_DAYS, since).map(ofSum);
  return sumOf([...folded, ...open]).toSorted((a, b) => jobDayKey(a).localeCompare(jobDayKey(b)));
}

function ofSum(row: SqlRow): JobDay {
  const waits = WAIT_BOUNDS_MS.map((_, at) => Number(row[`waits_${at}`]));
  const [jobs, runMs, waitMs] = [Number(row["jobs"]), Number(row["run_ms"]), Number(row["wait_ms"])];
  return { ...jobWordsOf(row), jobs, runMs, waitMs, waits };
}
