import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { onceDiskAllows } from "../../../agent/journal/disk-wait.ts";
import { FolderTaken } from "../../../agent/journal/folder-lock.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { sqliteTrouble } from "../../../agent/sqlite/sqlite-trouble.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

/** A disk of 256 KiB needs a mount, which only root may make. */
const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)(
  "H6: a full disk at the start is waited out, said once and in its own words, whether the journal is there already or not",
  async () => {
    const disk = join(temporaryFolder(), "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
    onTestFinished(() => void execFileSync("umount", [disk], { stdio: "ignore" }));
    for (const before of ["new", "there already"]) {
      const folder = join(disk, before.replaceAll(" ", "-"));
      if (before === "there already") openJournal(folder).close();
      fill(disk);
      const failure = errorOf(() => openJournal(folder));
      expect(failure).not.toBeInstanceOf(FolderTaken);
      expect(["full", "disk"]).toContain(sqliteTrouble(failure)?.kind);
      const clock = new VirtualClock();
      const captured = capturedLog();
      const waiting = onceDiskAllows(() => openJournal(folder), {
        clock,
        log: captured.log,
        signal: new AbortController().signal,
      });
      await clock.advance(120_000);
      expect(captured.records().filter(({ level }) => level === "error")).toHaveLength(1);
      expect(JSON.stringify(captured.records())).not.toMatch(/another process/i);
      rmSync(join(disk, "filler"));
      await clock.advance(30_000);
      const journal = await waiting;
      expect(journal?.movedAside).toEqual([]);
      journal?.close();
      rmSync(folder, { recursive: true });
    }
  },
);

/** Takes every byte that is left. */
function fill(folder: string): void {
  for (const size of [65_536, 4096]) {
    try {
      for (;;) writeFileSync(join(folder, "filler"), Buffer.alloc(size), { flag: "a" });
    } catch {
      // The disk is full, which was the purpose.
    }
  }
}

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}
