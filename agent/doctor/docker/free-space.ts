import { statfs } from "node:fs/promises";

export interface FreeSpace {
  readonly folder: string;
  readonly bytes: number;
}

/** What is free in the first of these folders that can be seen from here; null where none can. */
export async function freeSpace(folders: readonly string[]): Promise<FreeSpace | null> {
  for (const folder of folders) {
    try {
      const { bavail, bsize, blocks } = await statfs(folder);
      if (blocks > 0) return { folder, bytes: bavail * bsize };
    } catch {
      // Docker's folder is not to be seen from the agent's container.
    }
  }
  return null;
}
