import { messageOf } from "../../shared/errors/message-of.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { Journal, type JournaledSignal } from "./journal.ts";
import { NodeSql } from "../sqlite/node-sql.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "./open-journal.ts";
import { SlotRecords, type SlotRecord } from "./slot-records.ts";

/** The journal cannot be read as it is. */
export class JournalUnreadable extends OperatorError<"journal-unreadable"> {}

/** What the agent of a folder has written down. */
export interface ReadJournal {
  /** In the order in which they came. */
  readonly signals: readonly JournaledSignal[];
  /** Oldest first, those that are gone included. */
  readonly slots: readonly SlotRecord[];
}

/**
 * Reads the journal in `folder` without changing anything there: its agent may be running.
 * @throws {JournalUnreadable} if there is none, or one of another version.
 */
export function readJournal(folder: string): ReadJournal {
  const files = [join(folder, JOURNAL_FILE), join(folder, SLOTS_FILE)] as const;
  if (!files.every((file) => existsSync(file))) {
    const remedy = "Start hookline agent once, or name its folder in HOOKLINE_DATA.";
    throw new JournalUnreadable("journal-unreadable", `There is no journal in ${folder}.`, remedy);
  }
  const open: NodeSql[] = [];
  try {
    const [signals, slots] = files.map((file) => {
      const sql = new NodeSql(file, { readOnly: true });
      open.push(sql);
      return sql;
    }) as [NodeSql, NodeSql];
    return { signals: new Journal(signals).signals(), slots: new SlotRecords(slots).all() };
  } catch (error) {
    const reason = messageOf(error);
    const remedy = "Use the command as the agent's user and in the agent's own version.";
    throw new JournalUnreadable("journal-unreadable", `The journal in ${folder} cannot be read: ${reason}.`, remedy, {
      cause: error,
    });
  } finally {
    for (const sql of open) sql.close();
  }
}
