import { existsSync } from "node:fs";
import { join } from "node:path";

import { pauseAt, type OperatorPause } from "../../shared/controller/operator-pause.ts";
import { NodeSql } from "../sqlite/node-sql.ts";
import { DrainRecords } from "./drain-records.ts";
import { JOURNAL_FILE } from "./open-journal.ts";
import { PauseRecord } from "./pause-record.ts";

/** What an operator holds back, by the journal of the agent that carries it out. */
export interface KeptHolds {
  /** Keys of the pools that are drained. */
  readonly drained: readonly string[];
  readonly operatorPause: OperatorPause | null;
}

/**
 * What the operator holds back at this time; nothing where no agent has run. The journal is read and never written.
 * Throws what SQLite throws where it cannot be read.
 */
export function readKeptHolds(folder: string, nowMs: number): KeptHolds {
  const file = join(folder, JOURNAL_FILE);
  if (!existsSync(file)) return { drained: [], operatorPause: null };
  const sql = new NodeSql(file, { readOnly: true });
  try {
    return { drained: new DrainRecords(sql).pools(), operatorPause: pauseAt(new PauseRecord(sql).get(), nowMs) };
  } finally {
    sql.close();
  }
}
