/** States of a slot. `removed` is both ends: nothing of it is there, not yet or no more. */
export const SLOT_STATES = [
  "planned",
  "registered",
  "started",
  "online",
  "busy",
  "spent",
  "lost",
  "exited",
  "removed",
] as const;
export type SlotState = (typeof SLOT_STATES)[number];

/** What may be learnt of a slot. SPEC.md says who tells each, and under which guard. */
export const SLOT_INPUTS = [
  "planned",
  "adopted",
  "registered",
  "started",
  "idle",
  "busy",
  "offline",
  "absent",
  "job-running",
  "job-done",
  "exited",
  "failed",
  "removed",
] as const;
export type SlotInput = (typeof SLOT_INPUTS)[number];

type Row = Readonly<Record<SlotInput, SlotState>>;

/** Nothing that is heard of a slot moves it from `state`, but for what `changes` says. */
function row(state: SlotState, changes: Partial<Row>): Row {
  const stay = Object.fromEntries(SLOT_INPUTS.map((input) => [input, state])) as Record<SlotInput, SlotState>;
  return { ...stay, ...changes };
}

/** How each slot that exists may end, whatever state it is in. */
const ENDS = { exited: "exited", failed: "removed", removed: "removed" } as const;
/** A job that names the runner is the strongest evidence there is. */
const JOBS = { "job-running": "busy", "job-done": "spent" } as const;

/**
 * The one transition table: state × input → state. SPEC.md prints the same table, and a test compares the two.
 * The ledger has no other rule for a slot's state.
 */
export const SLOT_TRANSITIONS: Readonly<Record<SlotState, Row>> = {
  planned: row("planned", { registered: "registered", started: "started", ...JOBS, ...ENDS }),
  registered: row("registered", { started: "started", ...JOBS, ...ENDS }),
  started: row("started", { idle: "online", busy: "busy", absent: "lost", ...JOBS, ...ENDS }),
  online: row("online", { busy: "busy", offline: "started", absent: "lost", ...JOBS, ...ENDS }),
  busy: row("busy", { idle: "online", absent: "lost", "job-done": "spent", ...ENDS }),
  spent: row("spent", ENDS),
  lost: row("lost", { idle: "online", busy: "busy", offline: "started", ...JOBS, ...ENDS }),
  exited: row("exited", { failed: "removed", removed: "removed" }),
  removed: row("removed", { planned: "planned", adopted: "started" }),
};
