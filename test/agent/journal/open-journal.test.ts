import { chmodSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import { sqliteTrouble } from "../../../agent/sqlite/sqlite-trouble.ts";
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

test("where a file stands in place of the folder, the error names the folder and the remedy", () => {
  const root = temporaryFolder();
  const folder = join(root, "data");
  writeFileSync(folder, "");
  expect(() => openJournal(folder)).toThrow(`The journal in ${folder} cannot be opened: `);
  expect(() => openJournal(folder)).toThrow(/make the folder writable for this user/);
});

test("C-13: the files are for this user alone, those that an earlier version left as well", () => {
  const folder = temporaryFolder();
  openJournal(folder).close();
  chmodSync(join(folder, "slots.db"), 0o644);
  const journal = openJournal(folder);
  new SlotRecords(journal.slots).plan({ name: "a", pool: "home", scope: "acme", plannedAtMs: 1 });
  for (const file of ["journal.db", "slots.db", "slots.db-wal"]) {
    expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
  }
  journal.close();
});

describe.each(["journal.db", "slots.db"])("H8: %s is damaged", (file) => {
  const SPOIL: readonly (readonly [string, (path: string) => void])[] = [
    ["is no database", (path) => writeFileSync(path, "no database at all\n".repeat(1000))],
    ["is damaged in the middle", damageMiddle],
    ["is cut off", (path) => truncateSync(path, 5000)],
  ];

  test.each(SPOIL)("which %s: it is moved aside by date, and the agent goes on with a new one", (_how, spoil) => {
    const folder = temporaryFolder();
    const first = openJournal(folder);
    const journal = new Journal(first.signals);
    const records = new SlotRecords(first.slots);
    for (let n = 1; n <= 200; n += 1) {
      journal.append("stream-1", [{ seq: n, signal: queuedSignal(n) }], n, 0);
      records.plan({ name: `slot-${n}`, pool: "home", scope: "acme", plannedAtMs: 1 });
    }
    first.close();
    spoil(join(folder, file));
    const second = openJournal(folder);
    expect(second.movedAside).toEqual([expect.stringContaining(`${file}.damaged-20`)]);
    expect(existsSync(second.movedAside[0] ?? "")).toBe(true);
    new Journal(second.signals).append("stream-1", [{ seq: 201, signal: queuedSignal(201) }], 201, 0);
    new SlotRecords(second.slots).plan({ name: "b", pool: "home", scope: "acme", plannedAtMs: 1 });
    second.close();
    expect(openJournal(folder).movedAside).toEqual([]);
  });
});

/** Overwrites pages in the middle of the file. */
function damageMiddle(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096 * 2, Math.min(bytes.length, 4096 * 6));
  writeFileSync(path, bytes);
}

test.each([
  [5, "busy"],
  [13, "full"],
  [10, "disk"],
  [0x10a, "disk"],
  [15, "disk"],
  [8, "denied"],
  [14, "denied"],
  [11, "damaged"],
  [26, "damaged"],
  [1, "other"],
])("H6: SQLite's code %i is told as %s, and only BUSY as another process", (errcode, kind) => {
  const trouble = sqliteTrouble(Object.assign(new Error("x"), { code: "ERR_SQLITE_ERROR", errcode }));
  expect(trouble?.kind).toBe(kind);
  expect(/another process/i.test(trouble?.remedy ?? "")).toBe(kind === "busy");
});
