import { existsSync } from "node:fs";

import { messageOf } from "../../shared/errors/message-of.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import type { JournaledSignal } from "./journal.ts";
import type { JournalParts } from "./journal-parts.ts";
import { journalFiles, openToRead, type ReadableJournal } from "./open-to-read.ts";
import type { SlotRecord } from "./slot-records.ts";

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
  return readFrom(folder, ({ journal, slots }) => ({ signals: journal.signals(), slots: slots.all() }));
}

/** Reads with `read` from the journal in `folder`, which is closed before this returns. @throws {JournalUnreadable} */
export function readFrom<T>(folder: string, read: (parts: JournalParts, slotsSql: SqlDatabase) => T): T {
  if (!journalFiles(folder).every((file) => existsSync(file))) {
    const remedy = "Start hookline agent once, or name its folder in HOOKLINE_DATA.";
    throw new JournalUnreadable("journal-unreadable", `There is no journal in ${folder}.`, remedy);
  }
  let open: ReadableJournal | null = null;
  try {
    open = openToRead(folder);
    return read(open.parts, open.files[1]);
  } catch (error) {
    const reason = messageOf(error);
    const remedy = "Use the command as the agent's user and in the agent's own version.";
    throw new JournalUnreadable("journal-unreadable", `The journal in ${folder} cannot be read: ${reason}.`, remedy, {
      cause: error,
    });
  } finally {
    open?.close();
  }
}
