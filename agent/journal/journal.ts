import { signalSchema, type SequencedSignal, type Signal } from "../../shared/workflow-job/signal.ts";
import type { SqlDatabase, SqlRow } from "../../shared/sql/sql.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";
import { migrateJournal } from "./journal-schema.ts";
import { UnreadSignals, type UnreadSignal } from "./unread-signals.ts";

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

/** So long a finished job's signals are kept whole, for commands that tell what became of it. */
const WHOLE_MS = 24 * 60 * 60_000;

const REMEMBER_MS = 3 * 24 * 60 * 60_000;

/** What a command reads of the past: a day of a busy fleet. */
const MOST_AT_ONCE = 5000;
const PAGE_ROWS = 500;
/** Pages that one housekeeping folds: some five times what comes in an hour of the load that the README promises. */
const PAGES_AT_ONCE = 20;

/** Jobs whose end is not here, in the attempt that is the last known, those that were heard of first leading. */
const OPEN = `SELECT job_id FROM (
     SELECT job_id, min(rowid) AS first, max(json_extract(signal, '$.runAttempt')) AS attempt,
       max(CASE WHEN json_extract(signal, '$.action') = 'completed' THEN json_extract(signal, '$.runAttempt') END) AS ended
     FROM signals GROUP BY job_id) AS jobs
   WHERE coalesce(ended, 0) < attempt
     AND NOT EXISTS (SELECT 1 FROM ended_jobs WHERE job_id = jobs.job_id AND attempt >= jobs.attempt)
   ORDER BY first`;

/**
 * The agent's memory on disk: signals before they are acknowledged, and where it stands in the mailbox.
 * A write that returns is on disk (synchronous=FULL); one that throws has changed nothing.
 */
export class Journal {
  /** What came and could not be read. */
  readonly unread: UnreadSignals;
  readonly #sql: SqlDatabase;
  /** Where housekeeping goes on: rows that cannot be folded yet do not keep it from those after them. */
  #foldedTo = 0;
  /** Signals that this process was told of, and those of them that had come before. */
  #signals = { fresh: 0, again: 0 };

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
    this.unread = new UnreadSignals(sql);
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
    const fresh = this.#sql.transaction(() => {
      this.unread.keep(stream, unread, nowMs);
      const inserted = signals.filter((entry) => this.#insert(entry, nowMs)).map(({ signal }) => signal);
      this.#moveCursor(stream, upTo, guidAt(upTo, signals, unread));
      return inserted;
    });
    return this.#counted(fresh, signals.length);
  }

  /** How many signals came since this process began, and how many of them again. */
  counts(): { readonly fresh: number; readonly again: number } {
    return this.#signals;
  }

  #counted(fresh: readonly Signal[], told: number): readonly Signal[] {
    const { fresh: before, again } = this.#signals;
    this.#signals = { fresh: before + fresh.length, again: again + told - fresh.length };
    return fresh;
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

  #insert({ seq, signal }: { readonly seq: number | null; readonly signal: Signal }, nowMs: number): boolean {
    const rows = this.#sql.exec(
      `INSERT INTO signals (guid, job_id, agent_at, signal, seq)
       SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM old_guids WHERE guid = ?)
       ON CONFLICT (guid) DO NOTHING RETURNING guid`,
      signal.guid,
      signal.jobId,
      nowMs,
      JSON.stringify(signal),
      seq,
      signal.guid,
    );
    return rows.length > 0;
  }

  /** Takes signals that came by another way than a stream. Returns those that were not there before. */
  take(signals: readonly Signal[], nowMs: number): readonly Signal[] {
    const fresh = this.#sql.transaction(() => signals.filter((signal) => this.#insert({ seq: null, signal }, nowMs)));
    return this.#counted(fresh, signals.length);
  }

  /**
   * Takes what an earlier version could not read and this one can; the next start does where the disk takes nothing.
   * Returns the signals that were not there before.
   */
  reread(nowMs: number): readonly Signal[] {
    return this.unread.all().flatMap((kept) => {
      const parsed = signalSchema.safeParse(kept.raw);
      if (!parsed.success) return [];
      try {
        return this.#sql.transaction(() => {
          this.unread.remove(kept);
          return this.#insert({ seq: kept.seq, signal: parsed.data }, nowMs) ? [parsed.data] : [];
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
    const known = "SELECT guid FROM signals WHERE guid = ? UNION ALL SELECT guid FROM old_guids WHERE guid = ?";
    return this.#sql.exec(known, guid, guid).length > 0;
  }

  /** Whether a signal of this job came from the mailbox. */
  toldByLink(jobId: number): boolean {
    return (
      this.#sql.exec("SELECT 1 AS one FROM signals WHERE job_id = ? AND seq IS NOT NULL LIMIT 1", jobId).length > 0
    );
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
   * What a start has to know, so that its memory does not grow with what has happened: every signal of jobs that have
   * not ended.
   */
  *recall(): Generator<JournaledSignal> {
    for (const { job_id: jobId } of this.#sql.exec(OPEN)) {
      yield* this.signalsOf(Number(jobId));
    }
  }

  /** The signals of one job that are kept whole, in the order in which they came. */
  signalsOf(jobId: number): readonly JournaledSignal[] {
    return this.#sql
      .exec("SELECT agent_at, signal, seq FROM signals WHERE job_id = ? ORDER BY rowid", jobId)
      .flatMap(journaledOf);
  }

  /** The last attempt of a job that is known to have ended; null for a job whose end is not remembered. */
  endedAttempt(jobId: number): number | null {
    const [row] = this.#sql.exec(
      `SELECT max(attempt) AS attempt FROM (
         SELECT json_extract(signal, '$.runAttempt') AS attempt FROM signals
           WHERE job_id = ? AND json_extract(signal, '$.action') = 'completed'
         UNION ALL SELECT attempt FROM ended_jobs WHERE job_id = ?)`,
      jobId,
      jobId,
    );
    const attempt = row?.["attempt"];
    return attempt === null || attempt === undefined ? null : Number(attempt);
  }

  /**
   * Forgets signals older than three days: nobody needs them any more to keep finished jobs finished. Of finished jobs
   * older than a day the GUIDs stay, and that they ended.
   */
  prune(nowMs: number): void {
    for (let page = 0; page < PAGES_AT_ONCE; page += 1) {
      this.#foldedTo = this.#compact(this.#foldedTo, nowMs - WHOLE_MS);
      if (this.#foldedTo === 0) break;
    }
    this.#sql.exec("DELETE FROM old_guids WHERE agent_at < ?", nowMs - REMEMBER_MS);
    this.#sql.exec("DELETE FROM ended_jobs WHERE agent_at < ?", nowMs - REMEMBER_MS);
    this.#sql.exec("DELETE FROM signals WHERE agent_at < ?", nowMs - REMEMBER_MS);
    this.unread.prune(nowMs);
  }

  /** One page of what came before a time. Returns where to go on: from the start again at the end. */
  #compact(after: number, beforeMs: number): number {
    const rows = this.#sql.exec(
      `SELECT rowid, guid, job_id, agent_at, json_extract(signal, '$.action') AS action,
         json_extract(signal, '$.runAttempt') AS attempt
       FROM signals WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      after,
      PAGE_ROWS,
    );
    const old = rows.filter((row) => Number(row["agent_at"]) < beforeMs);
    if (old.length > 0) {
      this.#sql.transaction(() => {
        for (const row of old) this.#compactOne(row);
      });
    }
    return old.length < PAGE_ROWS ? 0 : Number(old.at(-1)?.["rowid"]);
  }

  #compactOne(row: SqlRow): void {
    const [jobId, attempt] = [Number(row["job_id"]), Number(row["attempt"] ?? 1)];
    if ((this.endedAttempt(jobId) ?? 0) < attempt) return;
    const [guid = "", rowid = null, agentAt = 0] = [row["guid"], row["rowid"], row["agent_at"]];
    this.#sql.exec("INSERT OR IGNORE INTO old_guids VALUES (?, ?)", guid, agentAt);
    this.#sql.exec("DELETE FROM signals WHERE rowid = ?", rowid);
    if (row["action"] !== "completed") return;
    this.#sql.exec(
      `INSERT INTO ended_jobs VALUES (?, ?, ?)
       ON CONFLICT (job_id) DO UPDATE SET attempt = max(attempt, excluded.attempt), agent_at = excluded.agent_at`,
      jobId,
      attempt,
      agentAt,
    );
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
