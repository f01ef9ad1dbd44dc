import { messageOf } from "../../shared/errors/message-of.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { FolderTaken, lockFolder } from "./folder-lock.ts";
import { NodeSql } from "../sqlite/node-sql.ts";

export const JOURNAL_FILE = "journal.db";
export const SLOTS_FILE = "slots.db";

/** The agent's two files: what it acknowledged on its word, and what it is doing. */
export interface OpenJournal {
  /** Signals and cursor; each write is on disk before it returns. */
  readonly signals: SqlDatabase;
  /**
   * Slots; each write survives the process, the last ones perhaps not a power failure. No promise rests on them:
   * containers and GitHub's inventory tell what exists.
   */
  readonly slots: SqlDatabase;
  readonly close: () => void;
}

/**
 * Opens the journal in `folder`, which is made if need be, for this process alone.
 * @throws {Error} naming the folder if it cannot be used, or if another process uses it.
 */
export function openJournal(folder: string): OpenJournal {
  let release: (() => void) | null = null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    release = lockFolder(folder);
    const signals = new NodeSql(join(folder, JOURNAL_FILE));
    const slots = new NodeSql(join(folder, SLOTS_FILE), { synchronous: "NORMAL" });
    return {
      signals,
      slots,
      close: () => {
        signals.close();
        slots.close();
        release?.();
      },
    };
  } catch (error) {
    release?.();
    if (error instanceof FolderTaken) throw error;
    const reason = messageOf(error);
    throw new Error(`The journal in ${folder} cannot be opened: ${reason}; make the folder writable for this user`, {
      cause: error,
    });
  }
}
