import type { SqlDatabase, SqlRow } from "../../shared/sql/sql.ts";
import { migrateJournal } from "./journal-schema.ts";

/** The newest are kept. */
const MOST_KEPT = 500;

/** What an operator asked for by the page. */
export interface AskedAct {
  readonly act: string;
  /** What it was about, such as a pool; empty for what is about all. */
  readonly subject: string;
  /** The address that it came from; null where it is not known. */
  readonly from: string | null;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** The same with what it came to; null for one during which the process ended. */
export interface OperatorAct extends AskedAct {
  readonly outcome: string | null;
}

/** The journal's account of what was done by the page, by whom and when. */
export class OperatorActs {
  readonly #sql: SqlDatabase;

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
  }

  /** Writes down what is asked for, on disk on return, and gives its number. */
  asked({ act, subject, from, atMs }: AskedAct): number {
    return this.#sql.transaction(() => {
      const [row] = this.#sql.exec(
        "INSERT INTO operator_acts (at, act, subject, address) VALUES (?, ?, ?, ?) RETURNING id",
        atMs,
        act,
        subject,
        from,
      );
      const id = Number(row?.["id"]);
      this.#sql.exec("DELETE FROM operator_acts WHERE id <= ?", id - MOST_KEPT);
      return id;
    });
  }

  /** Writes down what it came to. */
  came(id: number, outcome: string): void {
    this.#sql.exec("UPDATE operator_acts SET outcome = ? WHERE id = ?", outcome, id);
  }

  /** The newest first. */
  newest(most: number): readonly OperatorAct[] {
    return this.#sql.exec("SELECT * FROM operator_acts ORDER BY id DESC LIMIT ?", most).map(toAct);
  }
}

function toAct(row: SqlRow): OperatorAct {
  const text = (column: string): string | null => (row[column] === null ? null : String(row[column]));
  return {
    act: String(row["act"]),
    subject: String(row["subject"]),
    from: text("address"),
    atMs: Number(row["at"]),
    outcome: text("outcome"),
  };
}
