/** The file system as init uses it. Paths are absolute. */
export interface Files {
  /** Null when there is none. */
  readonly read: (path: string) => string | null;
  readonly exists: (path: string) => boolean;
  /** Whether anything is in the folder. */
  readonly isEmptyFolder: (path: string) => boolean;
  /** Writes a new file in place of any other of that name, on disk when it returns. */
  readonly write: (path: string, text: string, mode: number) => void;
  /** Moves a file over another, in one step. */
  readonly rename: (from: string, to: string) => void;
  /** Removes a file; none is no error. */
  readonly remove: (path: string) => void;
  readonly makeFolder: (path: string, mode: number) => void;
  readonly removeFolder: (path: string) => void;
}

/** Readable and writable by the owner alone. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;
export const SHARED_FILE = 0o644;
export const SHARED_FOLDER = 0o755;

/** The name under which a file is written before it takes its place; the same each time, so that no stray is left. */
export function draftPath(path: string): string {
  return `${path}.draft`;
}

/** Puts a whole file in its place: a reader, or init after a power failure, sees the old one or the new one. */
export function writeWhole(files: Files, path: string, text: string, mode: number): void {
  files.write(draftPath(path), text, mode);
  files.rename(draftPath(path), path);
}
