import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { join } from "node:path";

import { messageOf } from "../../shared/errors/message-of.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { NodeSql, type NodeSqlOptions } from "../sqlite/node-sql.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";
import { FolderTaken, lockFolder } from "./folder-lock.ts";

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
  /** Damaged files that were moved aside, by where they are now. */
  readonly movedAside: readonly string[];
  readonly close: () => void;
}

/**
 * Opens the journal in `folder`, which is made if need be, for this process alone. A damaged file is moved aside and
 * begun anew.
 * @throws {Error} naming the folder if it cannot be used, or if another process uses it.
 */
export function openJournal(folder: string): OpenJournal {
  let release: (() => void) | null = null;
  const movedAside: string[] = [];
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    release = lockFolder(folder);
    const signals = openFile(join(folder, JOURNAL_FILE), {}, movedAside);
    const slots = openFile(join(folder, SLOTS_FILE), { synchronous: "NORMAL" }, movedAside);
    return {
      signals,
      slots,
      movedAside,
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
    const remedy = sqliteTrouble(error) === null ? "; make the folder writable for this user" : "";
    throw new Error(`The journal in ${folder} cannot be opened: ${reason}${remedy}`, { cause: error });
  }
}

/** For this user alone: the files hold the last words of containers. */
function openFile(path: string, options: NodeSqlOptions, movedAside: string[]): NodeSql {
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  try {
    const opened = new NodeSql(path, options);
    if (isSound(opened)) return opened;
    opened.close();
  } catch (error) {
    if (sqliteTrouble(error)?.kind !== "damaged") throw error;
  }
  movedAside.push(moveAside(path));
  closeSync(openSync(path, "a", 0o600));
  return new NodeSql(path, options);
}

/** https://www.sqlite.org/pragma.html#pragma_quick_check */
function isSound(opened: NodeSql): boolean {
  const [row] = opened.exec("PRAGMA quick_check(1)");
  return row?.["quick_check"] === "ok";
}

function moveAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(":", "-")}`;
  for (const part of ["", "-wal", "-shm"]) if (existsSync(path + part)) renameSync(path + part, aside + part);
  return aside;
}
