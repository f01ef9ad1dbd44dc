import { expect, test } from "vitest";

import { newSlot, step } from "../../../shared/controller/slot.ts";
import {
  SLOT_INPUTS,
  SLOT_STATES,
  SLOT_TRANSITIONS,
  type SlotInput,
  type SlotState,
} from "../../../shared/controller/slot-transitions.ts";
import { tableOf } from "./spec-text.ts";
import { T0 } from "./world.ts";

/** Where each state goes, written out a second time; a state or an input that is missing does not compile. */
const EXPECTED: Readonly<Record<SlotState, Readonly<Record<SlotInput, SlotState>>>> = {
  planned: {
    planned: "planned",
    adopted: "planned",
    registered: "registered",
    started: "started",
    idle: "planned",
    busy: "planned",
    offline: "planned",
    absent: "planned",
    "job-running": "busy",
    "job-done": "spent",
    exited: "exited",
    failed: "removed",
    removed: "removed",
  },
  registered: {
    planned: "registered",
    adopted: "registered",
    registered: "registered",
    started: "started",
    idle: "registered",
    busy: "registered",
    offline: "registered",
    absent: "registered",
    "job-running": "busy",
    "job-done": "spent",
    exited: "exited",
    failed: "removed",
    removed: "removed",
  },
  started: {
    planned: "started",
    adopted: "started",
    registered: "started",
    started: "started",
    idle: "online",
    busy: "busy",
    offline: "started",
    absent: "lost",
    "job-running": "busy",
    "job-done": "spent",
    exited: "exited",
    failed: "removed",
    removed: "removed",
  },
  online: {
    planned: "online",
    adopted: "online",
    registered: "online",
    started: "online",
    idle: "online",
    busy: "busy",
    offline: "started",
    absent: "lost",
    "job-running": "busy",
    "job-done": "spent",
    exited: "exited",
    failed: "removed",
    removed: "removed",
  },
  busy: {
    planned: "busy",
    adopted: "busy",
    registered: "busy",
    started: "busy",
    idle: "online",
    busy: "busy",
    offline: "busy",
    absent: "lost",
    "job-running": "busy",
    "job-done": "spent",
    exited: "exited",
    failed: "removed",
    removed: "removed",
  },
  spent: {
    planned: "spent",
    adopted: "spent",
    registered: "spent",
    started: "spent",
    idle: "spent",
    busy: "spent",
    offline: "spent",
    absent: "spent",
    "job-running": "spent",
    "job-done": "spent",
    exited: "exited",
    failed: "removed",
    removed: "removed",
  },
  lost: {
    planned: "lost",
    adopted: "lost",
    registered: "lost",
    started: "lost",
    idle: "online",
    busy: "busy",
    offline: "started",
    absent: "lost",
    "job-running": "busy",
    "job-done": "spent",
    exited: "exited",
    failed: "removed",
    removed: "removed",
  },
  exited: {
    planned: "exited",
    adopted: "exited",
    registered: "exited",
    started: "exited",
    idle: "exited",
    busy: "exited",
    offline: "exited",
    absent: "exited",
    "job-running": "exited",
    "job-done": "exited",
    exited: "exited",
    failed: "removed",
    removed: "removed",
  },
  removed: {
    planned: "planned",
    adopted: "started",
    registered: "removed",
    started: "removed",
    idle: "removed",
    busy: "removed",
    offline: "removed",
    absent: "removed",
    "job-running": "removed",
    "job-done": "removed",
    exited: "removed",
    failed: "removed",
    removed: "removed",
  },
};

const PAIRS = SLOT_STATES.flatMap((state) =>
  SLOT_INPUTS.map((input) => ({ state, input, next: EXPECTED[state][input] })),
);

test.each(PAIRS)(
  "every state meets every input as the table says: $state, $input → $next",
  ({ state, input, next }) => {
    const slot = { ...newSlot("a", { pool: "home", scope: "acme" }, "planned", T0), state };
    const before = slot.because;
    step(slot, input, T0 + 1, 7);
    expect(slot.state).toBe(next);
    expect(slot.because).toEqual(next === state ? before : { input, jobId: 7, atMs: T0 + 1 });
  },
);

test("SPEC.md prints the table that the ledger goes by", () => {
  const [header = [], ...rows] = tableOf(["state", "planned"]);
  expect(header).toEqual(["state", ...SLOT_INPUTS]);
  const printed = rows.map(([state = "", ...cells]) => [state, ...cells.map((cell) => (cell === "·" ? state : cell))]);
  const table = SLOT_STATES.map((state) => [state, ...SLOT_INPUTS.map((input) => SLOT_TRANSITIONS[state][input])]);
  expect(printed).toEqual(table);
});

test("every state but the last leads out of itself, and every state can be reached", () => {
  const reached = new Set<SlotState>(["removed"]);
  for (const state of reached) for (const next of Object.values(SLOT_TRANSITIONS[state])) reached.add(next);
  expect([...reached].toSorted()).toEqual([...SLOT_STATES].toSorted());
  for (const state of SLOT_STATES) expect(new Set(Object.values(SLOT_TRANSITIONS[state])).size).toBeGreaterThan(1);
});
