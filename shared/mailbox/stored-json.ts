import type { SqlRow } from "../sql/sql.ts";

/** The stored JSON of a row's signal; the text itself where it is none, which no schema takes for a signal. */
export function storedJson(row: SqlRow): unknown {
  const text = String(row["signal"]);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
