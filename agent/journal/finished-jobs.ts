import * as z from "zod/mini";

import type { SqlDatabase, SqlRow } from "../../shared/sql/sql.ts";
import { machineText, readMachine, type RunnerMachine } from "../../shared/costs/runner-machine.ts";
import { migrateJournal } from "./journal-schema.ts";

const DAY_MS = 24 * 60 * 60_000;

/** Until then a job is known by its id, so that it counts once: webhooks are sent again for three days. */
const KNOWN_MS = 4 * DAY_MS;

/** How long days are kept, and how many rows of them: at most 5 MB on disk. */
const KEPT_MS = 400 * DAY_MS;
const MOST_ROWS = 50_000;

/** Upper bounds of the waits that are counted together, milliseconds. */
export const WAIT_BOUNDS_MS = [
  1000,
  2000,
  5000,
  10_000,
  30_000,
  60_000,
  300_000,
  900_000,
  3_600_000,
  Number.POSITIVE_INFINITY,
] as const;

/** A job that ran here and has ended. Times are milliseconds since the epoch, GitHub's. */
export interface FinishedJob {
  readonly jobId: number;
  readonly pool: string;
  readonly repository: string;
  readonly conclusion: string | null;
  readonly createdAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
  /** What its runner was. */
  readonly machine: RunnerMachine;
}

/** The finished jobs of one day (UTC), pool, repository, conclusion and kind of machine. */
export interface JobDay {
  /** `2026-11-30` */
  readonly day: string;
  readonly pool: string;
  readonly repository: string;
  readonly conclusion: string;
  readonly machine: RunnerMachine;
  readonly jobs: number;
  /** From start to end, together. */
  readonly runMs: number;
  /** From creation to start, together. */
  readonly waitMs: number;
  /** How many waited as long as each of `WAIT_BOUNDS_MS` at most, and longer than the one before. */
  readonly waits: readonly number[];
}

/** What is kept of one job that ended here, by its id. */
export interface OneFinished extends Pick<JobDay, "pool" | "repository" | "conclusion" | "runMs"> {
  readonly completedAtMs: number;
}

const waitsSchema = z.array(z.number());

/** What is kept of jobs once they have ended, for reports: by id for some days, then one row a day for 400 days. */
export class FinishedJobs {
  readonly #sql: SqlDatabase;
  /** Told of in this process already: sweeps tell of an end again and again, and must not touch the disk. */
  readonly #noted = new Set<number>();

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
  }

  /** Counts a job once, whoever tells of its end, and however often. Whether it was this time. */
  note(job: FinishedJob, nowMs: number): boolean {
    if (this.#noted.has(job.jobId)) return false;
    const completedAtMs = job.completedAtMs ?? nowMs;
    // Told of again after it was folded: a re-run tells of the jobs once more that it does not repeat.
    if (nowMs - completedAtMs >= KNOWN_MS) return false;
    const { jobId, pool, repository, conclusion, createdAtMs, startedAtMs, machine } = job;
    const inserted = this.#sql.exec(
      "INSERT OR IGNORE INTO finished_jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING job_id",
      jobId,
      dayOf(completedAtMs),
      pool,
      repository,
      conclusion ?? "unknown",
      startedAtMs === null ? 0 : Math.max(0, completedAtMs - startedAtMs),
      startedAtMs === null || createdAtMs === null ? 0 : Math.max(0, startedAtMs - createdAtMs),
      completedAtMs,
      machineText(machine),
    );
    if (this.#noted.size >= MOST_ROWS) this.#noted.clear();
    this.#noted.add(jobId);
    return inserted.length > 0;
  }

  /** Folds jobs that nobody will tell of again into their days, and forgets days beyond the bounds. */
  fold(nowMs: number): void {
    const rows = this.#sql.exec("SELECT * FROM finished_jobs WHERE completed_at < ?", nowMs - KNOWN_MS);
    const oldest = dayOf(nowMs - KEPT_MS);
    if (rows.length === 0 && this.#sql.exec("SELECT day FROM job_days WHERE day < ? LIMIT 1", oldest).length === 0)
      return;
    this.#sql.transaction(() => {
      for (const day of sumOf(rows.map(ofJob))) this.#add(day);
      this.#sql.exec("DELETE FROM finished_jobs WHERE completed_at < ?", nowMs - KNOWN_MS);
      this.#sql.exec("DELETE FROM job_days WHERE day < ?", oldest);
      this.#sql.exec(
        `DELETE FROM job_days WHERE day <= (SELECT day FROM job_days ORDER BY day DESC LIMIT 1 OFFSET ?)`,
        MOST_ROWS,
      );
    });
  }

  #add(day: JobDay): void {
    const { day: on, pool, repository, conclusion } = day;
    const machine = machineText(day.machine);
    const known = this.#sql.exec(
      "SELECT * FROM job_days WHERE day = ? AND pool = ? AND repository = ? AND conclusion = ? AND machine = ?",
      on,
      pool,
      repository,
      conclusion,
      machine,
    );
    const [{ jobs, runMs, waitMs, waits } = day] = sumOf([...known.map(jobDayOf), day]);
    this.#sql.exec(
      "INSERT OR REPLACE INTO job_days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      on,
      pool,
      repository,
      conclusion,
      jobs,
      runMs,
      waitMs,
      JSON.stringify(waits),
      machine,
    );
  }

  /** What one job came to, for as long as it is known by its id; null for any other. */
  one(jobId: number): OneFinished | null {
    const [row] = this.#sql.exec("SELECT * FROM finished_jobs WHERE job_id = ?", jobId);
    if (row === undefined) return null;
    const { pool, repository, conclusion } = jobWordsOf(row);
    return { pool, repository, conclusion, runMs: Number(row["run_ms"]), completedAtMs: Number(row["completed_at"]) };
  }
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** The same of a day, as one text. */
export function jobDayKey({ day, pool, repository, conclusion, machine }: JobDay): string {
  return JSON.stringify([day, pool, repository, conclusion, machineText(machine)]);
}

/** One for each key, in the order of the first of each; what a key does not tell apart is that of its first. */
export function sumOf(days: readonly JobDay[], key: (day: JobDay) => string = jobDayKey): readonly JobDay[] {
  const sums = new Map<string, JobDay>();
  for (const day of days) {
    const known = sums.get(key(day));
    sums.set(key(day), known === undefined ? day : plus(known, day));
  }
  return [...sums.values()];
}

function plus(a: JobDay, b: JobDay): JobDay {
  const waits = WAIT_BOUNDS_MS.map((_, at) => (a.waits[at] ?? 0) + (b.waits[at] ?? 0));
  return { ...a, jobs: a.jobs + b.jobs, runMs: a.runMs + b.runMs, waitMs: a.waitMs + b.waitMs, waits };
}

function ofJob(row: SqlRow): JobDay {
  const waitMs = Number(row["wait_ms"]);
  const at = WAIT_BOUNDS_MS.findIndex((bound) => waitMs <= bound);
  const waits = WAIT_BOUNDS_MS.map((_, index) => (index === at ? 1 : 0));
  return { ...jobWordsOf(row), jobs: 1, runMs: Number(row["run_ms"]), waitMs, waits };
}

/** A row of `job_days`. */
export function jobDayOf(row: SqlRow): JobDay {
  const waits = waitsSchema.parse(JSON.parse(String(row["waits"])));
  const [jobs, runMs, waitMs] = [Number(row["jobs"]), Number(row["run_ms"]), Number(row["wait_ms"])];
  return { ...jobWordsOf(row), jobs, runMs, waitMs, waits };
}

/** What tells the days apart, of a row of either table. */
export function jobWordsOf(row: SqlRow): Pick<JobDay, "day" | "pool" | "repository" | "conclusion" | "machine"> {
  const word = (column: string): string => String(row[column]);
  const [day, pool, repository, conclusion] = [word("day"), word("pool"), word("repository"), word("conclusion")];
  return { day, pool, repository, conclusion, machine: readMachine(word("machine")) };
}
