import type { SqlDatabase, SqlRow } from "../../../shared/sql/sql.ts";

/** What the tables of a database hold. */
export type TableRows = readonly (readonly [table: string, rows: readonly SqlRow[]])[];

/** What a mailbox keeps its signals in. */
export const MAILBOX_TABLES: readonly string[] = ["meta", "signals_a", "signals_b", "dead_letters"];

export function rowsOf(sql: SqlDatabase, tables: readonly string[]): TableRows {
  return tables.map((table) => [table, sql.exec(`SELECT * FROM ${table}`)]);
}

/** Puts rows in place of what the tables hold. */
export function putRows(sql: SqlDatabase, tables: TableRows): void {
  for (const [table, rows] of tables) {
    sql.exec(`DELETE FROM ${table}`);
    for (const row of rows) {
      const [names, values] = [Object.keys(row), Object.values(row)];
      sql.exec(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`, ...values);
    }
  }
}
