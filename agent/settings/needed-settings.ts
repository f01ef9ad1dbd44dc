import { SETTING_NAMES, SETTINGS, type Command, type SettingName } from "./settings-table.ts";

/** The variables that a command cannot do without, by the settings table; a GitHub App stands in for GITHUB_TOKEN. */
export function settingsNeededBy(command: Command): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => (SETTINGS[name].neededBy as readonly Command[]).includes(command));
}
