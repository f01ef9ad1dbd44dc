import { html } from "hono/html";

import type { Status } from "../../../shared/status/status.ts";
import { actForm } from "./acts/act-form.ts";
import type { Fragment } from "./markup/fragment.ts";
import { leftOut, MOST_OPEN } from "./markup/left-out.ts";
import { mark, type State } from "./markup/mark.ts";
import { table } from "./markup/table.ts";
import { distance } from "./markup/time.ts";
import type { PageView } from "./view.ts";

type SlotRow = Status["slots"][number];

const STATES: Readonly<Record<string, readonly [State, string]>> = {
  planned: ["idle", "Planned"],
  registered: ["idle", "Starting"],
  started: ["idle", "Started"],
  online: ["ok", "Idle"],
  busy: ["ok", "Busy"],
  spent: ["idle", "Ending"],
  exited: ["idle", "Ended"],
  lost: ["warn", "Lost"],
};

/** Each runner's place, and how to have it go. */
export function slotsPart({ status: { slots, atMs }, acting }: PageView): Fragment {
  const shown = slots.slice(0, MOST_OPEN);
  return html`${table<SlotRow>({
    caption: "Slots, the oldest first",
    rows: shown,
    keyOf: ({ slot }) => `slot-${slot}`,
    empty: "No slot is held.",
    columns: [
      { head: "Slot", kind: "lead", cell: ({ slot }) => html`<code>${slot}</code>` },
      { head: "Pool", cell: ({ pool }) => pool },
      { head: "State", cell: stateCell },
      { head: "Since", cell: ({ sinceMs }) => html`<span class="nowrap">${distance(sinceMs, atMs)}</span>` },
      ...(acting === null ? [] : [{ head: "Action", cell: (row: SlotRow) => retire(row, acting) }]),
    ],
  })}${leftOut(slots.length - shown.length, "hookline slots")}`;
}

function stateCell({ state, retiring, outdated, doubted }: SlotRow): Fragment {
  const notes = [
    retiring ? "is to go" : "",
    outdated ? "of older settings" : "",
    doubted ? "passed over by GitHub" : "",
  ];
  return html`${mark(...(STATES[state] ?? (["idle", state] as const)))}
    <span class="note">${notes.filter((note) => note !== "").join(", ")}</span>`;
}

function retire({ slot, retiring }: SlotRow, acting: NonNullable<PageView["acting"]>): Fragment | string {
  return retiring ? "" : actForm(acting, { act: "retire", fields: { slot }, label: "Retire", about: slot });
}
