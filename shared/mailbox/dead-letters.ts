import * as z from "zod/mini";

import type { MetaCell, MetaTable } from "./meta.ts";
import { storedJson } from "./stored-json.ts";
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
/** Forgotten in one alarm: a written row each. */
const FORGOTTEN_AT_A_TIME = 1000;

/**
 * The signals that the agent could not take. Their rows stay in `signals`: the GUID is still taken. How many there are
 * stands in a row of its own, since to count them is to read them all.
 */
export class DeadLetters {
  readonly #sql: SqlDatabase;
  readonly #counted: MetaCell<"dead">;

  constructor(sql: SqlDatabase, meta: MetaTable) {
    this.#sql = sql;
    this.#counted = meta.cell("dead");
  }

  /** Call it inside a transaction. */
  add(seq: number, { reason, attempts, refusedBy }: LetterRefusal, nowMs: number): void {
    const count = this.count() + (this.has(seq) ? 0 : 1);
    this.#sql.exec(
      "INSERT OR REPLACE INTO dead_letters (seq, reason, attempts, died_at, refused_by) VALUES (?, ?, ?, ?, ?)",
      seq,
      reason.slice(0, MAX_REASON),
      attempts,
      nowMs,
      refusedBy,
    );
    this.#counted.set({ count, ...this.#ends() });
  }

  has(seq: number): boolean {
    return this.#sql.exec("SELECT 1 AS one FROM dead_letters WHERE seq = ?", seq).length > 0;
  }

  /** Nothing happens if `seq` is no dead letter. Call it inside a transaction. */
  remove(seq: number): void {
    if (!this.has(seq)) return;
    const count = this.count() - 1;
    this.#sql.exec("DELETE FROM dead_letters WHERE seq = ?", seq);
    this.#counted.set({ count, ...this.#ends() });
  }

  /** How many there are; counted one by one only where an earlier version has changed them. */
  count(): number {
    const { first, last } = this.#ends();
    const known = this.#counted.get();
    if (known !== null && known.first === first && known.last === last) return known.count;
    return first === null ? 0 : this.#countAll();
  }

  #countAll(): number {
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

  /**
   * Forgets those up to a number that are too old, or too many, to outlive their signals' generation, a thousand at most,
   * the lowest first. Returns whether that was all of them. Call it inside a transaction.
   */
  forget(upTo: number, nowMs: number): boolean {
    const count = this.count();
    const [kept] = this.#sql.exec("SELECT seq FROM dead_letters ORDER BY seq DESC LIMIT 1 OFFSET ?", MOST_KEPT - 1);
    const gone = this.#sql.exec(
      `DELETE FROM dead_letters WHERE seq IN (
         SELECT seq FROM dead_letters WHERE seq <= ? AND (seq < ? OR died_at < ?) ORDER BY seq LIMIT ?
       ) RETURNING seq`,
      upTo,
      Number(kept?.["seq"] ?? 0),
      nowMs - KEEP_LETTERS_MS,
      FORGOTTEN_AT_A_TIME,
    );
    if (gone.length > 0) this.#counted.set({ count: count - gone.length, ...this.#ends() });
    return gone.length < FORGOTTEN_AT_A_TIME;
  }

  /** Puts the count on disk if it is not there. */
  settle(): void {
    const { first, last } = this.#ends();
    const known = this.#counted.get();
    if (first !== null && (known?.first !== first || known.last !== last)) this.#recount();
  }

  #recount(): void {
    this.#counted.set({ count: this.#countAll(), ...this.#ends() });
  }

  #ends() {
    const [row] = this.#sql.exec(
      "SELECT (SELECT min(seq) FROM dead_letters) AS first, (SELECT max(seq) FROM dead_letters) AS last",
    );
    const { first = null, last = null } = row ?? {};
    return { first: first === null ? null : Number(first), last: last === null ? null : Number(last) };
  }

  any(): boolean {
    return this.#sql.exec("SELECT 1 AS one FROM dead_letters LIMIT 1").length > 0;
  }

  /** The newest `limit` of them, newest first; 0 and empty words for what cannot be read in a row. */
  list(limit: number): readonly DeadLetter[] {
    const letters = this.#sql.exec(
      `SELECT seq, reason, attempts, died_at AS diedAt, refused_by AS refusedBy
       FROM dead_letters ORDER BY seq DESC LIMIT ?`,
      limit,
    );
    // Not a join: over the two halves of the view it would go through all dead letters for each half.
    const signals = this.#sql.exec(
      `SELECT seq, received_at AS receivedAt, guid, signal FROM signals
       WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq`,
      JSON.stringify(letters.map(({ seq }) => seq)),
    );
    const bySeq = new Map(signals.map((row) => [row["seq"], row]));
    return letters.flatMap((letter) => {
      const row = bySeq.get(letter["seq"]);
      return row === undefined ? [] : [deadLetterSchema.parse({ ...letter, ...row, ...namesOf(storedJson(row)) })];
    });
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
