import { statSync } from "node:fs";

/** Whose a file is and what its mode lets others do, as `ls -ln` has it; null where it cannot be looked at. */
export function fileOwner(path: string): string | null {
  try {
    const { uid, gid, mode } = statSync(path);
    return `owner ${uid}:${gid}, mode 0${(mode & 0o777).toString(8).padStart(3, "0")}`;
  } catch {
    return null;
  }
}

/** The user and group that this process reads files as. */
export function ownReader(): string {
  return `${process.getuid?.() ?? "?"}:${process.getgid?.() ?? "?"}`;
}
