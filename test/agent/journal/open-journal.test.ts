import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

test("the journal's folder is made, for this user alone, and its files keep what was written", () => {
  const folder = join(temporaryFolder(), "a", "b");
  const first = openJournal(folder);
  new Journal(first.signals).append("stream-1", [{ seq: 1, signal: queuedSignal(1) }], 1, 0);
  new SlotRecords(first.slots).plan({ name: "a", pool: "home", scope: "acme", plannedAtMs: 1 });
  first.close();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const second = openJournal(folder);
  expect(new Journal(second.signals).cursor()?.acked).toBe(1);
  expect(new SlotRecords(second.slots).unfinished()).toHaveLength(1);
  second.close();
});

test("promise 3: signals are on disk before a write returns; slots survive the process", () => {
  const journal = openJournal(temporaryFolder());
  expect(journal.signals.exec("PRAGMA synchronous")).toMatchObject([{ synchronous: 2 }]);
  expect(journal.slots.exec("PRAGMA synchronous")).toMatchObject([{ synchronous: 1 }]);
  journal.close();
});

test.each([
  ["a file stands where the folder should be", (root: string) => writeFileSync(join(root, "data"), "")],
  [
    "the journal is no database",
    (root: string) => {
      openJournal(join(root, "data")).close();
      writeFileSync(join(root, "data", "slots.db"), "no database at all\n".repeat(1000));
    },
  ],
])("where %s, the error names the folder and the remedy", (_case, spoil) => {
  const root = temporaryFolder();
  spoil(root);
  const folder = join(root, "data");
  expect(() => openJournal(folder)).toThrow(`The journal in ${folder} cannot be opened: `);
  expect(() => openJournal(folder)).toThrow(/make the folder writable for this user/);
});
