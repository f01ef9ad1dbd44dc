import { readFileSync } from "node:fs";
import * as z from "zod/mini";

const systemError = z.object({ code: z.string() });

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

/** A file's text, without a byte order mark, or why it could not be read, as the end of a sentence. */
export type TextFile = { readonly text: string } | { readonly failed: string; readonly absent: boolean };

/** Reads a UTF-8 file. Never throws. */
export function readTextFile(path: string): TextFile {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const parsed = systemError.safeParse(error);
    const code = parsed.success ? parsed.data.code : "an unknown error";
    return { failed: REASONS[code] ?? `the system reports ${code}`, absent: code === "ENOENT" };
  }
}
