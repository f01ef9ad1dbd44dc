import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { openJournal } from "../../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import { keepInstance } from "../../../agent/daemon/keep-instance.ts";
import { readSettings } from "../../../agent/settings/settings.ts";
import { seeded } from "../../stand-ins/time/random.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

const HOST = "0123456789ab";

function settingsOf(dataFolder: string, env: Readonly<Record<string, string>> = {}) {
  return readSettings({ env: { HOOKLINE_DATA: dataFolder, ...env }, cwd: "/", hostName: HOST });
}

/** The name that a start settles on, and whoever reads the settings afterwards. */
function started(dataFolder: string, env: Readonly<Record<string, string>> = {}, seed = 1): readonly [string, string] {
  const { instance } = keepInstance(settingsOf(dataFolder, env), seeded(seed));
  return [instance, settingsOf(dataFolder, env).instance];
}

test("C-13: in a new data folder an instance that nobody chose is made once, random, and kept", () => {
  const folder = join(temporaryFolder(), "data");
  const [first, read] = started(folder);
  expect(first).toMatch(/^nas-[a-z2-7]{5}$/);
  expect([read, ...started(folder, {}, 2)]).toEqual([first, first, first]);
  expect(started(join(temporaryFolder(), "data"), {}, 3)[0]).not.toBe(first);
  expect(statSync(join(folder, "instance")).mode & 0o777).toBe(0o600);
});

test("C-13: a data folder that was used keeps the name that its slots have, whatever the default is by now", () => {
  const folder = join(temporaryFolder(), "data");
  const journal = openJournal(folder);
  const records = new SlotRecords(journal.slots);
  const slot = { pool: "home", scope: "acme", plannedAtMs: 1 };
  records.plan({ ...slot, name: "hookline-old-name--home-aaaaaaaaaa" });
  records.plan({ ...slot, name: "hookline-my-nas--home-bbbbbbbbbb", plannedAtMs: 2 });
  journal.close();
  expect(started(folder)).toEqual(["my-nas", "my-nas"]);
});

test("C-13: a data folder that was used without a slot keeps the name of before", () => {
  const folder = join(temporaryFolder(), "data");
  openJournal(folder).close();
  expect(started(folder)).toEqual(["nas", "nas"]);
});

test("C-13: a name that is chosen wins and is not written down", () => {
  const folder = join(temporaryFolder(), "data");
  expect(started(folder, { HOOKLINE_INSTANCE: "mine" })).toEqual(["mine", "mine"]);
  expect(existsSync(join(folder, "instance"))).toBe(false);
});

test("C-13: a file that holds no name, or cannot be written, costs the name, not the start", () => {
  const folder = join(temporaryFolder(), "data");
  mkdirSync(folder);
  writeFileSync(join(folder, "instance"), "Not A Name!\n");
  expect(started(folder)[0]).toMatch(/^nas-/);
  expect(readFileSync(join(folder, "instance"), "utf8")).toMatch(/^nas-/);
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  expect(keepInstance(settingsOf(join(file, "data")), seeded(1)).instance).toMatch(/^nas-/);
});
