import { resolve } from "node:path";
import type { Environment } from "./environment.ts";
import { describeOwner, fileOwner, nearestFolder, ownReader, type FileOwner } from "./file-owner.ts";
import { readTextFile } from "./text-file.ts";

/** A setting's text, null where it is unset, or what is wrong with the way it was given. */
export type SettingText = { readonly text: string | null } | { readonly path: string; readonly failed: string };

/** A variable that is unset or empty counts as unset, as compose files set what they do not know to nothing. */
export function plainText(name: string, env: Environment): SettingText {
  const text = env[name] ?? "";
  return { text: text === "" ? null : text };
}

/** Where the file lies that `NAME_FILE` names; null where none is named. */
export function secretFile(name: string, env: Environment, cwd: string): string | null {
  const file = env[`${name}_FILE`] ?? "";
  return file === "" ? null : resolve(cwd, file);
}

/** As `plainText`, or from the file that `NAME_FILE` names, less its final line break. */
export function secretText(name: string, env: Environment, cwd: string): SettingText {
  const pointer = `${name}_FILE`;
  const path = secretFile(name, env, cwd);
  if (path === null) return plainText(name, env);
  if ((env[name] ?? "") !== "") return { path: name, failed: `is set, and ${pointer} as well; keep one of them` };
  const read = readTextFile(path);
  const file = `names ${env[pointer]}, which`;
  if ("failed" in read) return { path: pointer, failed: `${file} cannot be read: ${read.failed}${cureOf(path, read)}` };
  const text = read.text.replace(/\r?\n$/, "");
  if (text === "") return { path: pointer, failed: `${file} is empty${whoseOf(path)}; write the secret into it` };
  return { text };
}

function whoseOf(path: string): string {
  const owner = fileOwner(path);
  return owner === null ? "" : ` (${describeOwner(owner)})`;
}

/** Of a folder that may not be entered even the files in it are unknown. */
function cureOf(path: string, { absent }: { readonly absent: boolean }): string {
  if (absent) return "; put the file there";
  const owner = fileOwner(path);
  if (owner !== null) return ` (${describeOwner(owner)}); ${readerCure(owner, "it")}`;
  const near = nearestFolder(path);
  if (near === null) return "; let this user read it";
  return ` (the folder ${near.folder}: ${describeOwner(near.owner)}); ${readerCure(near.owner, "the folder and what is in it")}`;
}

/** The pages have the container's user from HOOKLINE_UID and HOOKLINE_GID in config/.env. */
function readerCure({ uid, gid }: FileOwner, what: string): string {
  return `let this user (${ownReader()}) read ${what}: chown it to that user, or start the container as its owner, HOOKLINE_UID=${uid} HOOKLINE_GID=${gid}`;
}
