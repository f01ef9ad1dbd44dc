import { resolve } from "node:path";
import type { Environment } from "./environment.ts";
import { readTextFile } from "./text-file.ts";

/** A setting's text, null where it is unset, or what is wrong with the way it was given. */
export type SettingText = { readonly text: string | null } | { readonly path: string; readonly failed: string };

/** A variable that is unset or empty counts as unset, as compose files set what they do not know to nothing. */
export function plainText(name: string, env: Environment): SettingText {
  const text = env[name] ?? "";
  return { text: text === "" ? null : text };
}

/** As `plainText`, or from the file that `NAME_FILE` names, less its final line break. */
export function secretText(name: string, env: Environment, cwd: string): SettingText {
  const pointer = `${name}_FILE`;
  const file = env[pointer] ?? "";
  if (file === "") return plainText(name, env);
  if ((env[name] ?? "") !== "") return { path: name, failed: `is set, and ${pointer} as well; keep one of them` };
  const read = readTextFile(resolve(cwd, file));
  if ("failed" in read) {
    return {
      path: pointer,
      failed: `names ${file}, which cannot be read: ${read.failed}; mount the file and let this user read it`,
    };
  }
  const text = read.text.replace(/\r?\n$/, "");
  return text === "" ? { path: pointer, failed: `names ${file}, which is empty; write the secret into it` } : { text };
}
