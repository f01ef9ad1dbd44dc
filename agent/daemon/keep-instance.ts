import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Random } from "../../shared/clock/clock.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "../journal/open-journal.ts";
import { folderIdFile, instanceFile, keptFolderId, keptInstance } from "../settings/kept-names.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { instanceOfSlot, randomLetters } from "../slots/slot-name.ts";
import { NodeSql } from "../sqlite/node-sql.ts";

const RANDOM_LENGTH = 5;
const FOLDER_ID_LENGTH = 12;
/** With the hyphen and the random letters 16 characters, which is the longest name. */
const BASE_LENGTH = 10;

/**
 * Settles on the name of an agent that is about to start. What nobody chose is made once, random, and kept in the data
 * folder, so that two agents with the same defaults do not take each other's runners for their own; a folder that was
 * used keeps the name that it was used under. Never throws: a disk that takes nothing gets the name another time.
 */
export function keepInstance(settings: AgentSettings, random: Random): AgentSettings {
  const named = settle(settings, random);
  keepFolderId(settings.dataFolder, random);
  return named;
}

/** Gives a data folder that has none an id of its own; until then its containers carry none, as those of earlier versions. */
function keepFolderId(dataFolder: string, random: Random): void {
  if (keptFolderId(dataFolder) !== null) return;
  keep(dataFolder, folderIdFile(dataFolder), randomLetters(FOLDER_ID_LENGTH, random));
}

function settle(settings: AgentSettings, random: Random): AgentSettings {
  const { dataFolder, instance, instanceIsChosen } = settings;
  if (instanceIsChosen || keptInstance(dataFolder) !== null) return settings;
  const name =
    usedInstance(dataFolder, instance) ?? `${instance.slice(0, BASE_LENGTH)}-${randomLetters(RANDOM_LENGTH, random)}`;
  keep(dataFolder, instanceFile(dataFolder), name);
  return { ...settings, instance: name };
}

function keep(dataFolder: string, path: string, name: string): void {
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    writeFileSync(path, `${name}\n`, { mode: 0o600 });
  } catch {
    // A disk that takes nothing gets it another time.
  }
}

/** The name in the newest slot of a folder that was used, or the default of before; null for a new folder. */
function usedInstance(dataFolder: string, byDefault: string): string | null {
  if (!existsSync(join(dataFolder, JOURNAL_FILE))) return null;
  try {
    const sql = new NodeSql(join(dataFolder, SLOTS_FILE), { readOnly: true });
    try {
      const [row] = sql.exec("SELECT name FROM slots ORDER BY planned_at DESC LIMIT 1");
      return instanceOfSlot(String(row?.["name"] ?? "")) ?? byDefault;
    } finally {
      sql.close();
    }
  } catch {
    return byDefault;
  }
}
