import * as z from "zod/mini";

import { storedJson } from "./signal-store.ts";
import type { SqlDatabase } from "../sql/sql.ts";

/** A signal that was set aside, and why. Times are milliseconds since the epoch. */
export const deadLetterSchema = z.object({
  seq: z.number(),
  guid: z.string(),
  jobId: z.number(),
  repository: z.string(),
  action: z.string(),
  reason: z.string(),
  /** How often it was sent before it was given up. */
  attempts: z.number(),
  receivedAt: z.number(),
  diedAt: z.number(),
  /** Version of the agent that could not take it; null where that was not noted. Older edges omit it. */
  refusedBy: z.optional(z.nullable(z.string())),
});

export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** What the edge answers to somebody who asks for dead letters. */
export const deadLetterListSchema = z.object({ dead: z.array(deadLetterSchema), total: z.number() });

/** Why a signal is set aside. */
interface LetterRefusal {
  readonly reason: string;
  /** How often it was sent. */
  readonly attempts: number;
  /** Version of the agent that cannot take it; null where it is not known. */
  readonly refusedBy: string | null;
}

const MAX_REASON = 500;

/** How long a letter is kept at least: after GitHub's longest run, 35 days, nothing of it is of use. */
export const KEEP_LETTERS_MS = 35 * 24 * 60 * 60 * 1000;
/** As many outlive the generation of their signals: each costs two written rows a week. */
const MOST_KEPT = 1000;

/** The signals that the agent could not take. Their rows stay in `signals`: the GUID is still taken. */
export class DeadLetters {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  add(seq: number, { reason, attempts, refusedBy }: LetterRefusal, nowMs: number): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO dead_letters (seq, reason, attempts, died_at, refused_by) VALUES (?, ?, ?, ?, ?)",
      seq,
      reason.slice(0, MAX_REASON),
      attempts,
      nowMs,
      refusedBy,
    );
  }

  has(seq: number): boolean {
    return this.#sql.exec("SELECT 1 AS one FROM dead_letters WHERE seq = ?", seq).length > 0;
  }

  remove(seq: number): void {
    this.#sql.exec("DELETE FROM dead_letters WHERE seq = ?", seq);
  }

  count(): number {
    const [row] = this.#sql.exec("SELECT count(*) AS dead FROM dead_letters");
    return Number(row?.["dead"] ?? 0);
  }

  /** Up to `limit` of them after a number, lowest first, each with the version of the agent that refused it. */
  after(seq: number, limit: number): readonly { readonly seq: number; readonly refusedBy: string | null }[] {
    const rows = this.#sql.exec(
      "SELECT seq, refused_by AS refusedBy FROM dead_letters WHERE seq > ? ORDER BY seq LIMIT ?",
      seq,
      limit,
    );
    return rows.map((row) => ({
      seq: Number(row["seq"]),
      refusedBy: typeof row["refusedBy"] === "string" ? row["refusedBy"] : null,
    }));
  }

  /** Forgets those up to a number that are too old, or too many, to outlive their signals' generation. */
  forget(upTo: number, nowMs: number): void {
    this.#sql.exec(
      `DELETE FROM dead_letters WHERE seq <= ? AND (died_at < ?
         OR seq NOT IN (SELECT seq FROM dead_letters ORDER BY seq DESC LIMIT ?))`,
      upTo,
      nowMs - KEEP_LETTERS_MS,
      MOST_KEPT,
    );
  }

  /** The newest `limit` of them, newest first; 0 and empty words for what cannot be read in a row. */
  list(limit: number): readonly DeadLetter[] {
    const rows = this.#sql.exec(
      `SELECT d.seq AS seq, reason, attempts, died_at AS diedAt, refused_by AS refusedBy, s.received_at AS receivedAt, s.guid AS guid,
              s.signal AS signal
       FROM dead_letters d JOIN signals s ON s.seq = d.seq ORDER BY d.seq DESC LIMIT ?`,
      limit,
    );
    return rows.map((row) => deadLetterSchema.parse({ ...row, ...namesOf(storedJson(row)) }));
  }
}

function namesOf(signal: unknown) {
  const { jobId, repository, action } = (signal ?? {}) as Partial<Record<string, unknown>>;
  return {
    jobId: typeof jobId === "number" ? jobId : 0,
    repository: typeof repository === "string" ? repository : "",
    action: typeof action === "string" ? action : "",
  };
}
