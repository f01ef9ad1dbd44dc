import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where a data folder keeps its id: made once, and gone with the folder. */
export function folderIdFile(dataFolder: string): string {
  return join(dataFolder, "folder-id");
}

/** The id of a data folder, which moves and is restored with it; null where it has none. */
export function keptFolderId(dataFolder: string): string | null {
  try {
    const id = readFileSync(folderIdFile(dataFolder), "utf8").trim();
    return /^[a-z2-7]{12}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}
