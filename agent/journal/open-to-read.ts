import { join } from "node:path";

import { NodeSql } from "../sqlite/node-sql.ts";
import { journalParts, type JournalParts } from "./journal-parts.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "./open-journal.ts";

/** The journal open for reading alone. */
export interface ReadableJournal {
  /** `journal.db`, then `slots.db`. */
  readonly files: readonly [signals: NodeSql, slots: NodeSql];
  readonly parts: JournalParts;
  readonly close: () => void;
}

/** Where the two files of an agent's folder lie, whether they are there or not. */
export function journalFiles(folder: string): readonly [signals: string, slots: string] {
  return [join(folder, JOURNAL_FILE), join(folder, SLOTS_FILE)];
}

/**
 * Opens the journal in an agent's folder and changes nothing there: the agent may be running.
 * @throws {Error} what SQLite throws, or that a file is of another version; nothing stays open then.
 */
export function openToRead(folder: string): ReadableJournal {
  const opened: NodeSql[] = [];
  const open = (path: string): NodeSql => {
    const sql = new NodeSql(path, { readOnly: true });
    opened.push(sql);
    return sql;
  };
  const close = (): void => {
    for (const sql of opened) sql.close();
  };
  const [signals, slots] = journalFiles(folder);
  try {
    const files = [open(signals), open(slots)] as const;
    return { files, parts: journalParts(...files), close };
  } catch (error) {
    close();
    throw error;
  }
}
