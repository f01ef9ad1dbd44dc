import type { SqlDatabase, SqlRow } from "../../shared/sql/sql.ts";
import { migrateJournal } from "./journal-schema.ts";

/** A delivery that GitHub calls failed and that the journal did not hold when the log was read. */
export interface MissedDelivery {
  readonly guid: string;
  /** The newest attempt, by whose id it is read. */
  readonly attemptId: string;
  /** Milliseconds since the epoch. */
  readonly deliveredAtMs: number;
  /** How often GitHub was asked to send it again. */
  readonly asked: number;
}

/** A disk that sleeps is woken for this no more often. */
const KEEP_EVERY_MS = 60 * 60_000;

/**
 * How far each hook's delivery log was read, and what of it is still to be recovered: on disk, so that a restart in
 * the middle skips nothing and doubles nothing.
 */
export class MissedDeliveries {
  readonly #sql: SqlDatabase;
  readonly #readTo = new Map<string, number>();

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
  }

  /** Up to when the log was read, milliseconds since the epoch; null before the first reading. */
  readTo(hook: string): number | null {
    return this.#readTo.get(hook) ?? this.#keptReadTo(hook);
  }

  #keptReadTo(hook: string): number | null {
    const [row] = this.#sql.exec("SELECT read_to FROM hook_logs WHERE hook = ?", hook);
    return row === undefined ? null : Number(row["read_to"]);
  }

  /**
   * Notes what a reading found, in one step. `readToMs` is null for a reading that did not come to its end. Of readings
   * that found nothing one an hour goes to disk: after a crash as much of the log is read again.
   */
  note(hook: string, missed: readonly Omit<MissedDelivery, "asked">[], readToMs: number | null): void {
    if (readToMs !== null) this.#readTo.set(hook, readToMs);
    const isDue = readToMs !== null && Math.abs(readToMs - (this.#keptReadTo(hook) ?? 0)) >= KEEP_EVERY_MS;
    if (missed.length === 0 && !isDue) return;
    this.#sql.transaction(() => {
      for (const { guid, attemptId, deliveredAtMs } of missed) {
        this.#sql.exec(
          `INSERT INTO missed_deliveries (guid, hook, attempt, delivered_at, asked, open) VALUES (?, ?, ?, ?, 0, 1)
           ON CONFLICT (guid) DO UPDATE SET attempt = excluded.attempt, delivered_at = excluded.delivered_at, open = 1
           WHERE excluded.delivered_at > delivered_at`,
          guid,
          hook,
          attemptId,
          deliveredAtMs,
        );
      }
      if (readToMs === null) return;
      this.#sql.exec("INSERT OR REPLACE INTO hook_logs (hook, read_to) VALUES (?, ?)", hook, readToMs);
    });
  }

  /** What is still to be recovered of a hook's, the newest first. */
  open(hook: string, limit: number): readonly MissedDelivery[] {
    return this.#sql
      .exec(
        "SELECT * FROM missed_deliveries WHERE hook = ? AND open = 1 ORDER BY delivered_at DESC, guid LIMIT ?",
        hook,
        limit,
      )
      .map(missedOf);
  }

  /** It is here, or nothing more can be done: only a newer failed attempt would bring it back. */
  settle(guid: string): void {
    this.#sql.exec("UPDATE missed_deliveries SET open = 0 WHERE guid = ?", guid);
  }

  /** GitHub is about to be asked to send it again; a newer failed attempt will say if that failed too. */
  noteAsked(guid: string): void {
    this.#sql.exec("UPDATE missed_deliveries SET open = 0, asked = asked + 1 WHERE guid = ?", guid);
  }

  /** GitHub refused to send it again: it is as open as before, and the try counts. */
  reopen(guid: string): void {
    this.#sql.exec("UPDATE missed_deliveries SET open = 1 WHERE guid = ?", guid);
  }

  /**
   * Makes every delivery since a time one that is still to be recovered, however often it was tried, and has the logs
   * count as read up to `readToMs` at most, in one step.
   */
  reopenSince(sinceMs: number, readToMs: number): void {
    this.#sql.transaction(() => {
      this.#sql.exec("UPDATE missed_deliveries SET open = 1, asked = 0 WHERE delivered_at >= ?", sinceMs);
      this.#sql.exec("UPDATE hook_logs SET read_to = ? WHERE read_to > ?", readToMs, readToMs);
    });
    this.#readTo.clear();
  }

  /** How many are still to be recovered. */
  openCount(): number {
    return Number(this.#sql.exec("SELECT count(*) AS n FROM missed_deliveries WHERE open = 1")[0]?.["n"] ?? 0);
  }

  /** Forgets what is older than GitHub's log. */
  prune(beforeMs: number): void {
    this.#sql.exec("DELETE FROM missed_deliveries WHERE delivered_at < ?", beforeMs);
  }
}

function missedOf(row: SqlRow): MissedDelivery {
  return {
    guid: String(row["guid"]),
    attemptId: String(row["attempt"]),
    deliveredAtMs: Number(row["delivered_at"]),
    asked: Number(row["asked"]),
  };
}
