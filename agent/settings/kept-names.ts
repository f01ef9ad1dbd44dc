import { join } from "node:path";

import { INSTANCE_NAME } from "./setting-rules.ts";
import { readTextFile } from "./text-file.ts";

const FOLDER_ID = /^[a-z2-7]{12}$/;

/** Where a data folder keeps the name of an agent whom nobody named. */
export function instanceFile(dataFolder: string): string {
  return join(dataFolder, "instance");
}

/** The name that a data folder keeps; null where it keeps none. */
export function keptInstance(dataFolder: string): string | null {
  return keptName(instanceFile(dataFolder), INSTANCE_NAME);
}

/** Where a data folder keeps its id: made once, and gone with the folder. */
export function folderIdFile(dataFolder: string): string {
  return join(dataFolder, "folder-id");
}

/** The id of a data folder, which moves and is restored with it; null where it has none. */
export function keptFolderId(dataFolder: string): string | null {
  return keptName(folderIdFile(dataFolder), FOLDER_ID);
}

function keptName(path: string, rule: RegExp): string | null {
  const read = readTextFile(path);
  const name = "failed" in read ? "" : read.text.trim();
  return rule.test(name) ? name : null;
}
