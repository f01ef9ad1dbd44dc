import type { SqlDatabase, SqlRow } from "../../shared/sql/sql.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";
import { migrateJournal } from "./journal-schema.ts";

/** What the last sweep cost, for the doctor. Times in milliseconds since the epoch. */
export interface SweepRecord {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Since when every repository that the fleet serves has been read at least once; null while some never was. */
  readonly allReadSinceMs: number | null;
  /** Calls to GitHub, those that cost nothing included. */
  readonly calls: number;
  /** Calls that GitHub answered with 304, which cost nothing of the limit. */
  readonly notModified: number;
  /** Calls that a sweep may spend on repositories. */
  readonly budget: number;
  readonly failures: number;
}

/** A disk that sleeps is woken for this no more often. A crash costs as much of what sweeps remember. */
const KEEP_EVERY_MS = 60 * 60_000;

/**
 * What sweeps remember from one process to the next: when each repository was read, and what the last sweep cost. In
 * memory first: it goes to disk once an hour, when sweeps begin or cease to fail, and at the end.
 */
export class SweepRecords {
  readonly #sql: SqlDatabase;
  readonly #readTimes: Map<string, number>;
  #last: SweepRecord | null;
  /** The last that this process has put on disk. */
  #kept: SweepRecord | null = null;

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
    const rows = sql.exec("SELECT repository, read_at FROM repository_reads");
    this.#readTimes = new Map(rows.map((row) => [String(row["repository"]), Number(row["read_at"])]));
    const [row] = sql.exec("SELECT * FROM last_sweep");
    this.#last = row === undefined ? null : recordOf(row);
  }

  /** When each repository, in lower case, was last read to the end, milliseconds since the epoch. */
  readTimes(): ReadonlyMap<string, number> {
    return new Map(this.#readTimes);
  }

  noteRead(repositories: readonly string[], atMs: number): void {
    for (const name of repositories) this.#readTimes.set(name.toLowerCase(), atMs);
  }

  last(): SweepRecord | null {
    return this.#last;
  }

  noteSweep(record: SweepRecord): void {
    this.#last = record;
    const kept = this.#kept;
    const sinceMs = kept === null ? Infinity : Math.abs(record.finishedAtMs - kept.finishedAtMs);
    if (sinceMs < KEEP_EVERY_MS && (kept?.failures ?? 0) > 0 === record.failures > 0) return;
    try {
      this.keep();
    } catch (error) {
      // Memory has it: a sweep must not be lost because its record is.
      if (sqliteTrouble(error) === null) throw error;
    }
  }

  /** Puts it all on disk. @throws {Error} what the disk throws. */
  keep(): void {
    const record = this.#last;
    if (record === null || record === this.#kept) return;
    this.#sql.transaction(() => {
      for (const [repository, atMs] of this.#readTimes) {
        this.#sql.exec(
          `INSERT INTO repository_reads (repository, read_at) VALUES (?, ?)
           ON CONFLICT (repository) DO UPDATE SET read_at = excluded.read_at WHERE read_at <> excluded.read_at`,
          repository,
          atMs,
        );
      }
      this.#sql.exec(
        `INSERT OR REPLACE INTO last_sweep
           (one, started_at, finished_at, all_read_since, calls, not_modified, budget, failures)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?)`,
        record.startedAtMs,
        record.finishedAtMs,
        record.allReadSinceMs,
        record.calls,
        record.notModified,
        record.budget,
        record.failures,
      );
    });
    this.#kept = record;
  }
}

function recordOf(row: SqlRow): SweepRecord {
  return {
    startedAtMs: Number(row["started_at"]),
    finishedAtMs: Number(row["finished_at"]),
    allReadSinceMs: row["all_read_since"] === null ? null : Number(row["all_read_since"]),
    calls: Number(row["calls"]),
    notModified: Number(row["not_modified"]),
    budget: Number(row["budget"]),
    failures: Number(row["failures"]),
  };
}
