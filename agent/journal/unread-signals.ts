import type { SqlDatabase } from "../../shared/sql/sql.ts";

/** A signal as it came, that this version cannot read. */
export interface UnreadSignal {
  readonly seq: number;
  readonly reason: string;
  readonly raw: unknown;
}

/** A signal that is kept unread, by its place in the mailbox that it came from. */
export interface KeptUnread {
  readonly stream: string;
  readonly seq: number;
  readonly raw: unknown;
}

/** Refusals that one welcome is followed by; the rest comes with the next. */
const MOST_UNTOLD = 50;

/** An upgrade may take a while; after GitHub's longest run nothing of it is of use. */
const KEEP_MS = 35 * 24 * 60 * 60_000;

/** What an agent's version could not read: kept as it came, for a newer one, and until the edge has set it aside. */
export class UnreadSignals {
  readonly #sql: SqlDatabase;

  /** Of a journal of this version. */
  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  /** Keeps signals of a stream. One that comes again is to be told again. */
  keep(stream: string, signals: readonly UnreadSignal[], nowMs: number): void {
    for (const { seq, reason, raw } of signals) {
      const text = JSON.stringify(raw) ?? "null";
      this.#sql.exec("INSERT OR REPLACE INTO unread VALUES (?, ?, ?, ?, ?, 0)", stream, seq, reason, text, nowMs);
    }
  }

  /** Numbers and reasons of what a stream brought and is not known to be set aside at the edge; fifty at most. */
  untold(stream: string): readonly Pick<UnreadSignal, "seq" | "reason">[] {
    const rows = this.#sql.exec(
      "SELECT seq, reason FROM unread WHERE stream = ? AND told = 0 ORDER BY seq LIMIT ?",
      stream,
      MOST_UNTOLD,
    );
    return rows.map((row) => ({ seq: Number(row["seq"]), reason: String(row["reason"]) }));
  }

  /** The edge has set it aside. */
  noteTold(stream: string, seq: number): void {
    this.#sql.exec("UPDATE unread SET told = 1 WHERE stream = ? AND seq = ? AND told = 0", stream, seq);
  }

  /** All of them, in the order in which they came. */
  all(): readonly KeptUnread[] {
    return this.#sql.exec("SELECT stream, seq, raw FROM unread ORDER BY agent_at, seq").map((row) => {
      return { stream: String(row["stream"]), seq: Number(row["seq"]), raw: JSON.parse(String(row["raw"])) as unknown };
    });
  }

  /** It could be read. */
  remove({ stream, seq }: KeptUnread): void {
    this.#sql.exec("DELETE FROM unread WHERE stream = ? AND seq = ?", stream, seq);
  }

  count(): number {
    return Number(this.#sql.exec("SELECT count(*) AS n FROM unread")[0]?.["n"] ?? 0);
  }

  /** Gives up what is older than 35 days. */
  prune(nowMs: number): void {
    this.#sql.exec("DELETE FROM unread WHERE agent_at < ?", nowMs - KEEP_MS);
  }
}
