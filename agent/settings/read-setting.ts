import type { ConfigProblem } from "../../shared/fleet/config-error.ts";
import { schemaMessagesInEnglish } from "../../shared/text/schema-messages.ts";
import type { Environment } from "./environment.ts";
import { plainText, secretText } from "./setting-text.ts";
import { SETTINGS, type SettingName } from "./settings-table.ts";

schemaMessagesInEnglish();

/** Where settings are read from. */
export interface SettingSource {
  readonly env: Environment;
  /** Folder that relative paths start from. */
  readonly cwd: string;
}

/** One setting by its rule, null where it is unset and nothing stands for it; or why it cannot be used, without its value. */
export type SettingReading = { readonly value: unknown } | { readonly problems: readonly ConfigProblem[] };

/** Reads one setting, a secret also from the file that `…_FILE` names. Never throws. */
export function readSetting(name: SettingName, { env, cwd }: SettingSource): SettingReading {
  const { secret, fallback, schema } = SETTINGS[name];
  const given = secret ? secretText(name, env, cwd) : plainText(name, env);
  if ("failed" in given) return { problems: [{ path: given.path, message: given.failed }] };
  const text = given.text ?? fallback;
  if (text === null) return { value: null };
  const result = schema.safeParse(text);
  if (result.success) return { value: result.data };
  return { problems: result.error.issues.map(({ message }) => ({ path: name, message })) };
}
