import { OperatorError } from "../../shared/errors/operator-error.ts";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";

export const LOCK_FILE = "agent.lock";
/** A process that was just killed lets go when the kernel has cleared it away. */
const WAIT_MS = 3000;

/** Another process works with the data folder. */
export class FolderTaken extends OperatorError<"data-folder-taken"> {
  constructor(folder: string) {
    super(
      "data-folder-taken",
      `Another hookline process works with the data folder ${folder}.`,
      "Stop the other hookline process, or give this one a HOOKLINE_DATA of its own.",
    );
  }
}

/**
 * Takes a data folder for this process: two at work on one journal would each undo what the other does. The lock goes
 * with the process, however it ends. Gives what releases it.
 * @throws {FolderTaken} if another process holds it.
 * @throws {Error} of SQLite if the lock cannot be taken for another reason.
 */
export function lockFolder(folder: string): () => void {
  const database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: WAIT_MS });
  try {
    // A lock needs no journal of its own, and so no room on the disk.
    database.exec("PRAGMA journal_mode = MEMORY");
    // https://www.sqlite.org/lang_transaction.html: nobody else can begin one until this ends.
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (sqliteTrouble(error)?.kind === "busy") throw new FolderTaken(folder);
    throw error;
  }
  return () => database.close();
}
