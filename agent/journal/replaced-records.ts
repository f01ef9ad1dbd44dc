import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { migrateJournal } from "./journal-schema.ts";

/** More than a fleet replaces in a year of daily pulls while nothing can be removed; the newest stay. */
const MOST = 500;

/** Images that pulls have replaced and that are not removed yet, by the engine that has them: a restart forgets none. */
export class ReplacedRecords {
  readonly #sql: SqlDatabase;
  readonly #engine: string;

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase, engine: string = LOCAL_ENGINE) {
    migrateJournal(sql);
    this.#sql = sql;
    this.#engine = engine;
  }

  /** The same for another engine: an image's id means nothing on the next one. */
  of(engine: string): ReplacedRecords {
    return new ReplacedRecords(this.#sql, engine);
  }

  /** The name that each image had, by its id. */
  names(): ReadonlyMap<string, string> {
    const rows = this.#sql.exec("SELECT id, name FROM replaced_images WHERE engine = ? ORDER BY rowid", this.#engine);
    return new Map(rows.map((row) => [String(row["id"]), String(row["name"])]));
  }

  put(id: string, name: string): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO replaced_images (engine, id, name) VALUES (?, ?, ?)",
      this.#engine,
      id,
      name,
    );
    this.#sql.exec(
      "DELETE FROM replaced_images WHERE rowid <= (SELECT rowid FROM replaced_images ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
      MOST,
    );
  }

  delete(id: string): void {
    this.#sql.exec("DELETE FROM replaced_images WHERE engine = ? AND id = ?", this.#engine, id);
  }
}
