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
});

export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** What the edge answers to somebody who asks for dead letters. */
export const deadLetterListSchema = z.object({ dead: z.array(deadLetterSchema), total: z.number() });

const MAX_REASON = 500;

/** The signals that the agent could not take. Their rows stay in `signals`: the GUID is still taken. */
export class DeadLetters {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  add(seq: number, reason: string, attempts: number, nowMs: number): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO dead_letters (seq, reason, attempts, died_at) VALUES (?, ?, ?, ?)",
      seq,
      reason.slice(0, MAX_REASON),
      attempts,
      nowMs,
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

  /** The newest `limit` of them, newest first; 0 and empty words for what cannot be read in a row. */
  list(limit: number): readonly DeadLetter[] {
    const rows = this.#sql.exec(
      `SELECT d.seq AS seq, reason, attempts, died_at AS diedAt, s.received_at AS receivedAt, s.guid AS guid,
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
