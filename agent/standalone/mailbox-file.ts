import { messageOf } from "../../shared/errors/message-of.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { NodeSql } from "../sqlite/node-sql.ts";

const MAILBOX_FILE = "mailbox.sqlite";

/**
 * Opens the standalone receiver's mailbox in `folder`, which is made if need be. Each write is on disk before it
 * returns: what GitHub is told rests on it.
 * @throws {Error} naming the folder or the file if it cannot be used.
 */
export function openMailboxFile(folder: string): NodeSql {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = messageOf(error);
    const remedy = "make the folder writable for this user, or name another in HOOKLINE_DATA";
    throw new Error(`The mailbox in ${folder} cannot be opened: ${reason}; ${remedy}`, { cause: error });
  }
  return new NodeSql(join(folder, MAILBOX_FILE), { synchronous: "FULL" });
}
