import { join } from "node:path";

import { expect, test } from "vitest";

import { judgePause } from "../../../agent/doctor/agent/pause-check.ts";
import { readJournalFacts } from "../../../agent/journal/journal-facts.ts";
import { PauseRecord } from "../../../agent/journal/pause-record.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import type { OperatorPause } from "../../../shared/controller/operator-pause.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

function judged(pause: OperatorPause | null, nowMs: number) {
  const folder = join(temporaryFolder(), "data");
  const journal = openJournal(folder);
  new PauseRecord(journal.signals).set(pause);
  new SlotRecords(journal.slots).all();
  journal.close();
  const reading = readJournalFacts(folder);
  try {
    return judgePause(reading, nowMs);
  } finally {
    if (reading.kind === "read") reading.facts.close();
  }
}

test("the operator's pause is a warning that says until when, and how it is ended", () => {
  expect(judged(null, 0)).toMatchObject({ status: "pass" });
  expect(judged({ sinceMs: 0, untilMs: null }, 1)).toEqual({
    status: "warn",
    summary: "paused by the operator without an end: no slot is started",
    remedy: "to go on now: hookline resume",
  });
  expect(judged({ sinceMs: 0, untilMs: 1000 }, 999)).toMatchObject({ status: "warn" });
  expect(judged({ sinceMs: 0, untilMs: 1000 }, 1000)).toMatchObject({ status: "pass" });
});

test("a folder in which no agent has run holds no pause", () => {
  expect(judgePause({ kind: "absent" }, 0)).toMatchObject({ status: "pass" });
});
