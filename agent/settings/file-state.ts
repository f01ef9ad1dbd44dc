import { statSync } from "node:fs";

/**
 * What tells one state of a file from another, without reading it: another file under its name, or one that was written
 * to. Null while there is none that can be looked at. Never throws.
 */
export function fileState(path: string): string | null {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return null;
  }
}
