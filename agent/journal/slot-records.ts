import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { SqlDatabase, SqlRow, SqlValue } from "../../shared/sql/sql.ts";
import { migrateJournal } from "./journal-schema.ts";

/** What the journal keeps of a slot: the intent before anything exists, then when each step was done. */
export interface SlotRecord {
  readonly name: string;
  readonly pool: string;
  readonly scope: string;
  /** The engine that it was to be made on. */
  readonly engine: string;
  /** The node of a swarm that it was on; null where it was on none. */
  readonly node: string | null;
  readonly runnerId: number | null;
  /** Times in milliseconds since the epoch. */
  readonly plannedAtMs: number;
  readonly jitAskedAtMs: number | null;
  readonly jitAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly onlineAtMs: number | null;
  readonly exitedAtMs: number | null;
  readonly exitCode: number | null;
  readonly removedAtMs: number | null;
  /** Since when nobody has needed it, as the last process to end left it. */
  readonly surplusSinceMs: number | null;
  /** The last lines that it printed, where it ended with an error; without credentials. */
  readonly tail: string | null;
}

/** The steps that are filled in after the intent, and their columns. */
const COLUMNS = {
  runnerId: "runner_id",
  jitAskedAtMs: "jit_asked_at",
  jitAtMs: "jit_at",
  startedAtMs: "started_at",
  onlineAtMs: "online_at",
  exitedAtMs: "exited_at",
  exitCode: "exit_code",
  removedAtMs: "removed_at",
  surplusSinceMs: "surplus_since",
} as const;

export type SlotSteps = { readonly [K in keyof typeof COLUMNS]?: number | null };

/** What a command reads of the past. */
const MOST_AT_ONCE = 5000;

const REMEMBER_MS = 7 * 24 * 60 * 60_000;

/** The journal's slots. A row that is not removed names something that may exist at GitHub or in Docker. */
export class SlotRecords {
  readonly #sql: SqlDatabase;

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
  }

  /** Writes the intent, before anything is asked of GitHub or Docker. */
  plan(slot: Pick<SlotRecord, "name" | "pool" | "scope" | "plannedAtMs"> & { readonly engine?: string }): void {
    this.#sql.exec(
      "INSERT OR IGNORE INTO slots (name, pool, scope, planned_at, engine) VALUES (?, ?, ?, ?, ?)",
      slot.name,
      slot.pool,
      slot.scope,
      slot.plannedAtMs,
      slot.engine ?? LOCAL_ENGINE,
    );
  }

  /** Fills in steps. */
  update(name: string, steps: SlotSteps): void {
    const entries = Object.entries(steps) as [keyof typeof COLUMNS, SqlValue][];
    if (entries.length === 0) return;
    const assignments = entries.map(([step]) => `${COLUMNS[step]} = ?`).join(", ");
    this.#sql.exec(`UPDATE slots SET ${assignments} WHERE name = ?`, ...entries.map(([, value]) => value), name);
  }

  /** Keeps the first time that GitHub listed the runner as online. */
  noteOnline(name: string, atMs: number): void {
    this.#sql.exec("UPDATE slots SET online_at = ? WHERE name = ? AND online_at IS NULL", atMs, name);
  }

  /** Keeps which node of a swarm has it. */
  noteNode(name: string, node: string): void {
    this.#sql.exec("UPDATE slots SET node = ? WHERE name = ?", node, name);
  }

  /** Keeps the last lines of a slot that ended with an error. */
  keepTail(name: string, tail: string): void {
    this.#sql.exec("UPDATE slots SET tail = ? WHERE name = ?", tail, name);
  }

  /** A slot that is remembered; null for any other. */
  one(name: string): SlotRecord | null {
    const [row] = this.#sql.exec("SELECT * FROM slots WHERE name = ?", name);
    return row === undefined ? null : toRecord(row);
  }

  /** The pool of a slot that is remembered; null for any other. */
  poolOf(name: string): string | null {
    const [row] = this.#sql.exec("SELECT pool FROM slots WHERE name = ?", name);
    return row === undefined ? null : String(row["pool"]);
  }

  /** Slots that are not known to be gone. */
  unfinished(): readonly SlotRecord[] {
    return this.#sql.exec("SELECT * FROM slots WHERE removed_at IS NULL ORDER BY planned_at").map(toRecord);
  }

  /** The newest slots that are remembered, and all that are not known to be gone, oldest first. */
  all(newest = MOST_AT_ONCE): readonly SlotRecord[] {
    const rows = this.#sql.exec(
      `SELECT * FROM (SELECT * FROM slots ORDER BY planned_at DESC, name DESC LIMIT ?)
       UNION SELECT * FROM slots WHERE removed_at IS NULL ORDER BY planned_at, name`,
      newest,
    );
    return rows.map(toRecord);
  }

  prune(nowMs: number): void {
    this.#sql.exec("DELETE FROM slots WHERE removed_at < ?", nowMs - REMEMBER_MS);
  }
}

function toRecord(row: SqlRow): SlotRecord {
  const ms = (column: string): number | null => (row[column] === null ? null : Number(row[column]));
  return {
    name: String(row["name"]),
    pool: String(row["pool"]),
    scope: String(row["scope"]),
    engine: String(row["engine"]),
    node: row["node"] == null ? null : String(row["node"]),
    runnerId: ms("runner_id"),
    plannedAtMs: Number(row["planned_at"]),
    jitAskedAtMs: ms("jit_asked_at"),
    jitAtMs: ms("jit_at"),
    startedAtMs: ms("started_at"),
    onlineAtMs: ms("online_at"),
    exitedAtMs: ms("exited_at"),
    exitCode: ms("exit_code"),
    removedAtMs: ms("removed_at"),
    surplusSinceMs: ms("surplus_since"),
    tail: row["tail"] === null ? null : String(row["tail"]),
  };
}
