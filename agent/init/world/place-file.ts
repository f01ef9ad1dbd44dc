import { createHash } from "node:crypto";
import { dirname } from "node:path";

import { InitError } from "./init-error.ts";
import { draftPath, SHARED_FOLDER, writeWhole, type Files } from "./files.ts";
import type { InitProgress } from "./state.ts";
import type { Ask } from "./world.ts";

/** A file that init wants to be there. */
export interface WantedFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Mode of its folder, where that has to be made. */
  readonly folderMode: number;
}

export interface PlaceOptions {
  readonly files: Files;
  readonly progress: InitProgress;
  /** Overwrites without asking; what was there is kept beside it. */
  readonly force: boolean;
  readonly ask: Ask | null;
}

/** What came of it: `kept` means that a file of somebody else's is there and stays. */
export type Placed = "written" | "unchanged" | "kept";

/** Suffix of a file that had to make way. */
const BACKUP = ".before-init";

/**
 * Puts a file in its place unless somebody else's is there: that one makes way only on demand, and `--remove` brings
 * it back. A file that init wrote and nobody has changed since is its own to change.
 */
export async function placeFile(wanted: WantedFile, options: PlaceOptions): Promise<Placed> {
  const { files, progress } = options;
  const { path, text } = wanted;
  const present = files.read(path);
  const noted = progress.made.files[path];
  const sha256 = sha256Of(text);
  if (present === text) return "unchanged";
  const foreign = present !== null && sha256Of(present) !== noted?.sha256;
  if (foreign && !(await mayReplace(path, options))) return "kept";
  const backup = foreign ? `${path}${BACKUP}` : (noted?.backup ?? null);
  ensureFolder(dirname(path), wanted.folderMode, options);
  progress.note({ files: { ...progress.made.files, [path]: { sha256, backup } } });
  if (foreign && backup !== null) files.rename(path, backup);
  writeWhole(files, path, text, wanted.mode);
  return "written";
}

/** Takes a file that init wrote away again, and brings back what had made way; a file changed since stays. */
export function takeBack(
  path: string,
  { files, progress }: Pick<PlaceOptions, "files" | "progress">,
): "removed" | "kept" {
  const noted = progress.made.files[path];
  const present = files.read(path);
  files.remove(draftPath(path));
  const ours = noted !== undefined && present !== null && sha256Of(present) === noted.sha256;
  if (ours) files.remove(path);
  const backup = noted?.backup ?? null;
  if (backup !== null && files.exists(backup) && (ours || present === null)) files.rename(backup, path);
  const { [path]: _done, ...others } = progress.made.files;
  progress.note({ files: others });
  return ours || present === null || (backup !== null && !files.exists(backup)) ? "removed" : "kept";
}

async function mayReplace(path: string, { force, ask, files }: PlaceOptions): Promise<boolean> {
  if (files.exists(`${path}${BACKUP}`)) {
    const remedy = `Move ${path}${BACKUP} away, which is what stood there before.`;
    throw new InitError("backup-in-the-way", `${path} was changed, and a backup of it exists already.`, remedy);
  }
  if (force) return true;
  return ask !== null && ask.confirm(`${path} exists. Replace it? It is kept as ${path}${BACKUP}.`);
}

/** Makes the folder where it is missing and remembers to take it back. */
function ensureFolder(folder: string, mode: number, kit: Pick<PlaceOptions, "files" | "progress">): void {
  const { files, progress } = kit;
  if (files.exists(folder)) return;
  ensureFolder(dirname(folder), SHARED_FOLDER, kit);
  const { folders } = progress.made;
  if (!folders.includes(folder)) progress.note({ folders: [...folders, folder] });
  files.makeFolder(folder, mode);
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
