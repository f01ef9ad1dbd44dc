import type { Signal } from "../workflow-job/signal.ts";
import type { MetaCell, MetaTable } from "./meta.ts";
import type { SqlDatabase } from "../sql/sql.ts";
import { storedJson } from "./stored-json.ts";

/** A signal in its place in the mailbox, as some version of this code stored it: whoever reads it checks it. */
export interface StoredSignal {
  readonly seq: number;
  readonly signal: unknown;
}

const TABLES = { a: "signals_a", b: "signals_b" } as const;
type Generation = keyof typeof TABLES;

/**
 * The signals on disk, in two generations: new ones go into the current one, the other is dropped whole once all of it
 * is older than the retention. A signal costs two written rows in its life, its own and its GUID's index entry, and
 * none to be forgotten.
 */
export class SignalStore {
  readonly #sql: SqlDatabase;
  readonly #generation: MetaCell<"generation">;

  constructor(sql: SqlDatabase, meta: MetaTable) {
    this.#sql = sql;
    this.#generation = meta.cell("generation");
  }

  /** Takes the next sequence number for a signal; null if its GUID has one. Durable on return. */
  insert(signal: Signal): number | null {
    const { current, other } = this.#tables(signal.receivedAtMs);
    const [row] = this.#sql.exec(
      `INSERT INTO ${current} (seq, guid, received_at, signal)
       SELECT coalesce((SELECT max(seq) FROM ${current}), (SELECT max(seq) FROM ${other}), 0) + 1, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM ${other} WHERE guid = ?)
       ON CONFLICT (guid) DO NOTHING RETURNING seq`,
      signal.guid,
      signal.receivedAtMs,
      JSON.stringify(signal),
      signal.guid,
    );
    return row === undefined ? null : Number(row["seq"]);
  }

  /**
   * Gives the signal stored under `seq` a new place at the end of the queue, as received at `receivedAtMs`. Call it
   * inside a transaction.
   */
  moveToEnd(seq: number, guid: string, receivedAtMs: number, signal: unknown): number {
    const next = this.head() + 1;
    const { current } = this.#tables(receivedAtMs);
    for (const table of Object.values(TABLES)) this.#sql.exec(`DELETE FROM ${table} WHERE seq = ?`, seq);
    this.#sql.exec(
      `INSERT INTO ${current} (seq, guid, received_at, signal) VALUES (?, ?, ?, ?)`,
      next,
      guid,
      receivedAtMs,
      JSON.stringify(signal),
    );
    return next;
  }

  /** The sequence number of a GUID, or null. */
  seqOf(guid: string): number | null {
    const [row] = this.#sql.exec("SELECT seq FROM signals WHERE guid = ?", guid);
    return row === undefined ? null : Number(row["seq"]);
  }

  /** What is stored under `seq`, and its GUID. */
  get(seq: number): { readonly guid: string; readonly receivedAtMs: number; readonly signal: unknown } | null {
    const [row] = this.#sql.exec("SELECT guid, received_at AS at, signal FROM signals WHERE seq = ?", seq);
    if (row === undefined) return null;
    return { guid: String(row["guid"]), receivedAtMs: Number(row["at"]), signal: storedJson(row) };
  }

  /** When the signals after `seq` and up to `upTo` were received, lowest number first, `limit` at most. */
  times(seq: number, upTo: number, limit: number): readonly { readonly seq: number; readonly receivedAtMs: number }[] {
    const rows = this.#sql.exec(
      "SELECT seq, received_at AS at FROM signals WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
      seq,
      upTo,
      limit,
    );
    return rows.map((row) => ({ seq: Number(row["seq"]), receivedAtMs: Number(row["at"]) }));
  }

  /** The newest sequence number given, 0 before the first. */
  head(): number {
    const [row] = this.#sql.exec("SELECT seq FROM signals ORDER BY seq DESC LIMIT 1");
    return row === undefined ? 0 : Number(row["seq"]);
  }

  /** When the first signal after `seq` came, milliseconds since the epoch; null where there is none. */
  oldestAfterMs(seq: number): number | null {
    // `seq` is selected so that SQLite merges the two halves of the view and does not sort them.
    const first = "SELECT seq, received_at AS at FROM signals WHERE seq > ? ORDER BY seq LIMIT 1";
    const [row] = this.#sql.exec(first, seq);
    return row === undefined ? null : Number(row["at"]);
  }

  /** Up to `limit` signals after `seq` as they are stored, oldest first, dead letters left out. */
  after(seq: number, limit: number): readonly StoredSignal[] {
    const rows = this.#sql.exec(
      `SELECT seq, signal FROM signals WHERE seq > ? AND seq NOT IN (SELECT seq FROM dead_letters)
       ORDER BY seq LIMIT ?`,
      seq,
      limit,
    );
    return rows.map((row) => ({ seq: Number(row["seq"]), signal: storedJson(row) }));
  }

  /**
   * Forgets the older generation if all of it is older than `retentionMs` and acknowledged, and begins a new one. The
   * current one must hold a signal, so that the sequence goes on behind the newest. `forgetLetters` is called with the
   * last number of the older one: as long as it says that there are more, the generation stays. The signals of letters
   * that are left afterwards go into what was the current one.
   */
  rotate(nowMs: number, acked: number, retentionMs: number, forgetLetters: (upTo: number) => boolean): void {
    const dueMs = this.rotationDueMs(acked, retentionMs);
    if (dueMs === null || nowMs < dueMs) return;
    const { generation, current, other } = this.#tables(nowMs);
    this.#sql.transaction(() => {
      const last = this.#last(other);
      if (!forgetLetters(last)) return;
      const letters = "SELECT seq FROM dead_letters WHERE seq <= ?";
      this.#sql.exec(`INSERT INTO ${current} SELECT * FROM ${other} WHERE seq IN (${letters})`, last);
      this.#sql.exec(`DROP TABLE ${other}`);
      this.#sql.exec(
        `CREATE TABLE ${other} (
           seq INTEGER PRIMARY KEY,
           guid TEXT NOT NULL UNIQUE,
           received_at INTEGER NOT NULL,
           signal TEXT NOT NULL
         ) STRICT`,
      );
      this.#generation.set({ current: otherThan(generation), sinceMs: nowMs });
    });
  }

  /** When the older generation may be forgotten, milliseconds since the epoch; null while nothing may be. */
  rotationDueMs(acked: number, retentionMs: number): number | null {
    const generation = this.#generation.get();
    if (generation === null) return null;
    if (this.#last(TABLES[generation.current]) === 0) return null;
    if (this.#last(TABLES[otherThan(generation.current)]) > acked) return null;
    return generation.sinceMs + retentionMs;
  }

  #last(table: string): number {
    const [row] = this.#sql.exec(`SELECT max(seq) AS seq FROM ${table}`);
    return Number(row?.["seq"] ?? 0);
  }

  /** A generation begins with its first signal, the very first one at least. */
  #tables(nowMs: number) {
    let generation = this.#generation.get();
    if (generation === null) {
      generation = { current: "a", sinceMs: nowMs };
      this.#generation.set(generation);
    }
    const { current } = generation;
    return { generation: current, current: TABLES[current], other: TABLES[otherThan(current)] };
  }
}

function otherThan(generation: Generation): Generation {
  return generation === "a" ? "b" : "a";
}
