import type { SqlDatabase } from "../../shared/sql/sql.ts";
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

/** What sweeps remember from one process to the next: when each repository was read, and what the last sweep cost. */
export class SweepRecords {
  readonly #sql: SqlDatabase;

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
  }

  /** When each repository, in lower case, was last read to the end, milliseconds since the epoch. */
  readTimes(): ReadonlyMap<string, number> {
    const rows = this.#sql.exec("SELECT repository, read_at FROM repository_reads");
    return new Map(rows.map((row) => [String(row["repository"]), Number(row["read_at"])]));
  }

  noteRead(repositories: readonly string[], atMs: number): void {
    if (repositories.length === 0) return;
    this.#sql.transaction(() => {
      for (const name of repositories) {
        this.#sql.exec(
          "INSERT OR REPLACE INTO repository_reads (repository, read_at) VALUES (?, ?)",
          name.toLowerCase(),
          atMs,
        );
      }
    });
  }

  last(): SweepRecord | null {
    const [row] = this.#sql.exec("SELECT * FROM last_sweep");
    if (row === undefined) return null;
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

  noteSweep(record: SweepRecord): void {
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
  }
}
