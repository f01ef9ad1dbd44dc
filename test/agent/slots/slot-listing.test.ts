import { expect, test } from "vitest";

import type { SlotRecord } from "../../../agent/journal/slot-records.ts";
import { listSlots } from "../../../agent/slots/slot-listing.ts";
import type { ObservedSlot } from "../../../agent/slots/slot-provider.ts";
import { job, T0 } from "../../shared/controller/world.ts";

const record = (name: string, change: Partial<SlotRecord> = {}): SlotRecord => ({
  name,
  pool: "home",
  scope: "acme",
  engine: "local",
  node: null,
  runnerId: null,
  plannedAtMs: T0,
  jitAskedAtMs: null,
  jitAtMs: null,
  startedAtMs: null,
  onlineAtMs: null,
  exitedAtMs: null,
  exitCode: null,
  removedAtMs: null,
  surplusSinceMs: null,
  tail: null,
  ...change,
});

const local = (slots: readonly ObservedSlot[] | null) => new Map([["local", slots]]);

const container = (name: string, change: Partial<ObservedSlot> = {}): ObservedSlot => ({
  name,
  poolKey: "home",
  scope: "acme",
  runnerId: 7,
  state: "running",
  exitCode: null,
  oomKilled: false,
  poolHash: null,
  createdAtMs: T0,
  startedAtMs: T0,
  finishedAtMs: null,
  ...change,
});

const STARTED = { runnerId: 7, jitAtMs: T0, startedAtMs: T0 };

test.each([
  ["planned", record("a"), null, null],
  ["registered", record("a", { runnerId: 7, jitAtMs: T0 }), null, null],
  ["started", record("a", STARTED), container("a"), null],
  ["online", record("a", { ...STARTED, onlineAtMs: T0 }), container("a"), null],
  ["busy", record("a", STARTED), container("a"), job(5, { phase: "in_progress", runnerName: "a" })],
  ["spent", record("a", STARTED), container("a"), job(5, { phase: "completed", runnerName: "a" })],
  ["exited", record("a", STARTED), container("a", { state: "exited" }), null],
  ["exited", record("a", { ...STARTED, exitedAtMs: T0 }), null, null],
  ["started", null, container("a"), null],
  ["unknown", null, container("a", { state: "created" }), null],
])("a slot that is %s", (state, ofJournal, ofDocker, facts) => {
  const records = ofJournal === null ? [] : [ofJournal];
  const [slot, ...rest] = listSlots(
    records,
    local(ofDocker === null ? [] : [ofDocker]),
    facts === null ? [] : [facts],
    T0 + 9000,
  );
  expect(rest).toEqual([]);
  expect(slot).toMatchObject({ slot: "a", pool: "home", state, ageMs: 9000, job: facts === null ? null : 5 });
});

test("what is gone is not listed, unless Docker still has it; the oldest comes first", () => {
  const records = [
    record("gone", { removedAtMs: T0 }),
    record("kept", { removedAtMs: T0, plannedAtMs: T0 - 1 }),
    record("young", { plannedAtMs: T0 + 5 }),
    record("old", { plannedAtMs: T0 - 5 }),
  ];
  const listed = listSlots(records, local([container("kept")]), [], T0 + 10);
  expect(listed.map(({ slot, container: seen }) => [slot, seen])).toEqual([
    ["old", "none"],
    ["kept", "running"],
    ["young", "none"],
  ]);
});

test("where Docker could not be asked, the journal speaks alone", () => {
  expect(listSlots([record("a", STARTED)], local(null), [], T0)).toMatchObject([
    { slot: "a", state: "started", container: null },
  ]);
});
