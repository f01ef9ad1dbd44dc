import * as z from "zod/mini";

/**
 * What SQLite's result codes mean for a file of ours, and what helps. The low byte is the primary code.
 * https://www.sqlite.org/rescode.html
 */
const TROUBLES: ReadonlyMap<number, readonly [SqliteTrouble["kind"], string]> = new Map([
  [5, ["busy", "Another process works with the file: stop it, or give this one a HOOKLINE_DATA of its own."]],
  [6, ["busy", "Another process works with the file: stop it, or give this one a HOOKLINE_DATA of its own."]],
  [8, ["denied", "The file or its folder is read-only for this user: check its owner and how its disk is mounted."]],
  [
    10,
    [
      "disk",
      "The disk answers with errors, or is a network share without locks: look at the system's log, keep HOOKLINE_DATA on a local disk.",
    ],
  ],
  [11, ["damaged", "The file is damaged: move it out of the folder; the edge and the sweeps tell its content again."]],
  [13, ["full", "The disk of HOOKLINE_DATA is full: free some space; the agent goes on by itself."]],
  [14, ["denied", "The file cannot be opened: check that its folder exists and is writable by this user."]],
  [15, ["disk", "Locks do not work there, as on NFS and CIFS: keep HOOKLINE_DATA on a local disk."]],
  [22, ["disk", "The disk does not take a file of that size: keep HOOKLINE_DATA on another file system."]],
  [
    26,
    [
      "damaged",
      "The file is not a database: move it out of the folder; the edge and the sweeps tell its content again.",
    ],
  ],
]);

const sqliteError = z.object({ code: z.literal("ERR_SQLITE_ERROR"), errcode: z.number() });

export interface SqliteTrouble {
  readonly kind: "busy" | "denied" | "disk" | "damaged" | "full" | "other";
  readonly remedy: string;
}

/** What an error of SQLite comes to; null for an error that is none of SQLite's. */
export function sqliteTrouble(error: unknown): SqliteTrouble | null {
  const parsed = sqliteError.safeParse(error);
  if (!parsed.success) return error instanceof Error && error.cause !== undefined ? sqliteTrouble(error.cause) : null;
  const known = TROUBLES.get(parsed.data.errcode & 0xff);
  if (known === undefined) return { kind: "other", remedy: "See https://www.sqlite.org/rescode.html for the code." };
  return { kind: known[0], remedy: known[1] };
}
