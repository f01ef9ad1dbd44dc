import { signalSchema, type SequencedSignal, type Signal } from "../../shared/workflow-job/signal.ts";
import type { SqlDatabase, SqlRow } from "../../shared/sql/sql.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";
import { migrateJournal } from "./journal-schema.ts";

/** How far this agent has come in which mailbox. */
export interface Cursor {
  readonly stream: string;
  readonly acked: number;
  /** GUID of the signal there; null where it is not known. */
  readonly guid: string | null;
}

/** A signal with the time it reached the agent, milliseconds since the epoch. */
export interface JournaledSignal {
  readonly signal: Signal;
  readonly agentAtMs: number;
  /** Its number in the mailbox it came from; null for one that an earlier version took. */
  readonly seq: number | null;
}

/** A signal as it came, that this version cannot read. */
export interface UnreadSignal {
  readonly seq: number;
  readonly reason: string;
  readonly raw: unknown;
}

/** Refusals that one welcome is followed by; the rest comes with the next. */
const MOST_UNTOLD = 50;

const REMEMBER_MS = 3 * 24 * 60 * 60_000;

/** An upgrade may take a while; after GitHub's longest run nothing of it is of use. */
const KEEP_UNREAD_MS = 35 * 24 * 60 * 60_000;

/** What a command reads of the past: a day of a busy fleet. */
const MOST_AT_ONCE = 5000;
const PAGE_ROWS = 500;

/** Jobs whose end is here, in the attempt that is the last known. */
const ENDED = `SELECT job_id FROM signals GROUP BY job_id
   HAVING max(CASE WHEN json_extract(signal, '$.action') = 'completed' THEN json_extract(signal, '$.runAttempt') END)
     >= max(json_extract(signal, '$.runAttempt'))`;
const PAGE = `SELECT rowid, job_id, agent_at, signal, seq, json_extract(signal, '$.action') AS action
   FROM signals WHERE rowid > ? ORDER BY rowid LIMIT ?`;

/**
 * The agent's memory on disk: signals before they are acknowledged, and where it stands in the mailbox.
 * A write that returns is on disk (synchronous=FULL); one that throws has changed nothing.
 */
export class Journal {
  readonly #sql: SqlDatabase;

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
  }

  cursor(): Cursor | null {
    const [row] = this.#sql.exec("SELECT stream, acked, guid FROM cursor");
    if (row === undefined) return null;
    const guid = typeof row["guid"] === "string" ? row["guid"] : null;
    return { stream: String(row["stream"]), acked: Number(row["acked"]), guid };
  }

  /**
   * Takes signals of a stream and moves the cursor to the last of them, in one step. Returns those that were not
   * there before: a signal that comes again, in whatever stream, is the same signal. What cannot be read is kept as it
   * came, in the same step: the cursor that goes past it must not be all that is left of it.
   */
  append(
    stream: string,
    signals: readonly SequencedSignal[],
    upTo: number,
    nowMs: number,
    unread: readonly UnreadSignal[] = [],
  ): readonly Signal[] {
    return this.#sql.transaction(() => {
      for (const { seq, reason, raw } of unread) {
        const text = JSON.stringify(raw) ?? "null";
        this.#sql.exec("INSERT OR REPLACE INTO unread VALUES (?, ?, ?, ?, ?, 0)", stream, seq, reason, text, nowMs);
      }
      const fresh = signals.filter((entry) => this.#insert(entry, nowMs)).map(({ signal }) => signal);
      this.#moveCursor(stream, upTo, guidAt(upTo, signals, unread));
      return fresh;
    });
  }

  /** Signals that come again leave what is known of the last of them. */
  #moveCursor(stream: string, upTo: number, guid: string | null): void {
    this.#sql.exec(
      `INSERT INTO cursor (one, stream, acked, guid) VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET
         guid = CASE WHEN stream = excluded.stream AND acked = excluded.acked THEN coalesce(excluded.guid, guid) ELSE excluded.guid END,
         stream = excluded.stream,
         acked = excluded.acked`,
      stream,
      upTo,
      guid,
    );
  }

  /** Numbers and reasons of what could not be read in a stream and is not known to be set aside at the edge. */
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

  #insert({ seq, signal }: { readonly seq: number | null; readonly signal: Signal }, nowMs: number): boolean {
    const rows = this.#sql.exec(
      `INSERT INTO signals (guid, job_id, agent_at, signal, seq) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (guid) DO NOTHING RETURNING guid`,
      signal.guid,
      signal.jobId,
      nowMs,
      JSON.stringify(signal),
      seq,
    );
    return rows.length > 0;
  }

  /** Takes signals that came by another way than a stream. Returns those that were not there before. */
  take(signals: readonly Signal[], nowMs: number): readonly Signal[] {
    return this.#sql.transaction(() => signals.filter((signal) => this.#insert({ seq: null, signal }, nowMs)));
  }

  /**
   * Takes what an earlier version could not read and this one can; the next start does where the disk takes nothing.
   * Returns the signals that were not there before.
   */
  reread(nowMs: number): readonly Signal[] {
    const rows = this.#sql.exec("SELECT stream, seq, raw FROM unread ORDER BY agent_at, seq");
    return rows.flatMap((row) => {
      const parsed = signalSchema.safeParse(JSON.parse(String(row["raw"])));
      if (!parsed.success) return [];
      try {
        return this.#sql.transaction(() => {
          this.#sql.exec("DELETE FROM unread WHERE stream = ? AND seq = ?", row["stream"] ?? "", row["seq"] ?? 0);
          return this.#insert({ seq: Number(row["seq"]), signal: parsed.data }, nowMs) ? [parsed.data] : [];
        });
      } catch (error) {
        if (sqliteTrouble(error) === null) throw error;
        return [];
      }
    });
  }

  /** Writes what is there already. @throws {Error} if the disk takes nothing. */
  checkWritable(): void {
    this.#sql.exec("INSERT OR REPLACE INTO cursor SELECT one, stream, acked, guid FROM cursor");
  }

  has(guid: string): boolean {
    return this.#sql.exec("SELECT guid FROM signals WHERE guid = ?", guid).length > 0;
  }

  /** Starts over in a new mailbox: nothing of it is here yet. */
  startStream(stream: string, acked: number): void {
    this.#sql.exec("INSERT OR REPLACE INTO cursor (one, stream, acked, guid) VALUES (1, ?, ?, NULL)", stream, acked);
  }

  /**
   * The newest signals that are remembered, in the order in which they came. One that another version wrote and this
   * one cannot read is passed over: sweeps know of its job, and history must not keep the agent from starting.
   */
  signals(newest = MOST_AT_ONCE): readonly JournaledSignal[] {
    return this.#sql
      .exec("SELECT agent_at, signal, seq FROM signals ORDER BY rowid DESC LIMIT ?", newest)
      .toReversed()
      .flatMap(journaledOf);
  }

  /**
   * What a start has to know, page by page, so that its memory does not grow with what has happened: every signal of
   * jobs that have not ended, and of the others the last word alone.
   */
  *recall(): Generator<JournaledSignal> {
    const ended = new Set(this.#sql.exec(ENDED).map((row) => Number(row["job_id"])));
    for (let after = 0; ;) {
      const rows = this.#sql.exec(PAGE, after, PAGE_ROWS);
      for (const row of rows) {
        if (row["action"] !== "completed" && ended.has(Number(row["job_id"]))) continue;
        yield* journaledOf(row);
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      after = Number(last["rowid"]);
    }
  }

  /** Forgets signals older than three days: the ledger no longer needs them to keep finished jobs finished. */
  prune(nowMs: number): void {
    this.#sql.exec("DELETE FROM signals WHERE agent_at < ?", nowMs - REMEMBER_MS);
    this.#sql.exec("DELETE FROM unread WHERE agent_at < ?", nowMs - KEEP_UNREAD_MS);
  }
}

function guidAt(seq: number, signals: readonly SequencedSignal[], unread: readonly UnreadSignal[]): string | null {
  const readable = signals.find((entry) => entry.seq === seq);
  if (readable !== undefined) return readable.signal.guid;
  const raw = unread.find((entry) => entry.seq === seq)?.raw;
  if (typeof raw !== "object" || raw === null || !("guid" in raw)) return null;
  return typeof raw.guid === "string" && raw.guid.length <= 128 ? raw.guid : null;
}

/** None for a row that this version cannot read. */
function journaledOf(row: SqlRow): readonly JournaledSignal[] {
  const parsed = signalSchema.safeParse(JSON.parse(String(row["signal"])));
  const seq = row["seq"] === null || row["seq"] === undefined ? null : Number(row["seq"]);
  return parsed.success ? [{ agentAtMs: Number(row["agent_at"]), signal: parsed.data, seq }] : [];
}
