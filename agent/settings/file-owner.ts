import { statSync } from "node:fs";
import { dirname } from "node:path";

/** Whose a file is and what its mode lets others do. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Null where it cannot be looked at. */
export function fileOwner(path: string): FileOwner | null {
  try {
    const { uid, gid, mode } = statSync(path);
    return { uid, gid, mode: mode & 0o777 };
  } catch {
    return null;
  }
}

/** The deepest folder above `path` that can be looked at: the one that may not be entered, where `path` cannot be. */
export function nearestFolder(path: string): { readonly folder: string; readonly owner: FileOwner } | null {
  const folder = dirname(path);
  const owner = fileOwner(folder);
  if (owner !== null) return { folder, owner };
  return folder === path ? null : nearestFolder(folder);
}

/** As `ls -ln` has it. */
export function describeOwner({ uid, gid, mode }: FileOwner): string {
  return `owner ${uid}:${gid}, mode 0${mode.toString(8).padStart(3, "0")}`;
}

/** The user and group that this process reads files as. */
export function ownReader(): string {
  return `${process.getuid?.() ?? "?"}:${process.getgid?.() ?? "?"}`;
}
