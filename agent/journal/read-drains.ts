import { existsSync } from "node:fs";
import { join } from "node:path";

import { NodeSql } from "../sqlite/node-sql.ts";
import { DrainRecords } from "./drain-records.ts";
import { JOURNAL_FILE } from "./open-journal.ts";

/**
 * The pools that the agent of a folder drains, by its journal; none where no agent has run. The journal is read and never
 * written. Throws what SQLite throws where it cannot be read.
 */
export function readDrains(folder: string): readonly string[] {
  const file = join(folder, JOURNAL_FILE);
  if (!existsSync(file)) return [];
  const sql = new NodeSql(file, { readOnly: true });
  try {
    return new DrainRecords(sql).pools();
  } finally {
    sql.close();
  }
}
