import { messageOf } from "../../shared/errors/message-of.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { DrainRecords } from "./drain-records.ts";
import { FinishedJobs } from "./finished-jobs.ts";
import { Journal, type JournaledSignal } from "./journal.ts";
import { NodeSql } from "../sqlite/node-sql.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "./open-journal.ts";
import { SlotRecords, type SlotRecord } from "./slot-records.ts";
import { SweepRecords } from "./sweep-records.ts";

/** The journal cannot be read as it is. */
export class JournalUnreadable extends OperatorError<"journal-unreadable"> {}

/** What the agent of a folder has written down. */
export interface ReadJournal {
  /** In the order in which they came. */
  readonly signals: readonly JournaledSignal[];
  /** Oldest first, those that are gone included. */
  readonly slots: readonly SlotRecord[];
}

/** The journal's parts, open for reading alone. */
export interface JournalParts {
  readonly journal: Journal;
  readonly slots: SlotRecords;
  readonly finished: FinishedJobs;
  readonly sweeps: SweepRecords;
  readonly drains: DrainRecords;
}

/**
 * Reads the journal in `folder` without changing anything there: its agent may be running.
 * @throws {JournalUnreadable} if there is none, or one of another version.
 */
export function readJournal(folder: string): ReadJournal {
  return readFrom(folder, ({ journal, slots }) => ({ signals: journal.signals(), slots: slots.all() }));
}

/** Reads with `read` from the journal in `folder`, which is closed before this returns. @throws {JournalUnreadable} */
export function readFrom<T>(folder: string, read: (parts: JournalParts) => T): T {
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
    return read({
      journal: new Journal(signals),
      slots: new SlotRecords(slots),
      finished: new FinishedJobs(slots),
      sweeps: new SweepRecords(slots),
      drains: new DrainRecords(signals),
    });
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
