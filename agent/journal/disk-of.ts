import { statfsSync } from "node:fs";

/** Free and whole size of the disk on which a folder lies; null where the system does not tell. Wakes no disk. */
export function diskOf(folder: string): { readonly freeBytes: number; readonly totalBytes: number } | null {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return null;
  }
}
