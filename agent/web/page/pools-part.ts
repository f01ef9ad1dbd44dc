import { html } from "hono/html";

import type { PoolStatus } from "../../../shared/status/pool-status.ts";
import type { Status } from "../../../shared/status/status.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { poolState, type PoolState } from "../../status/pool-state.ts";
import { actForm } from "./acts/act-form.ts";
import type { Fragment } from "./markup/fragment.ts";
import { mark, type State } from "./markup/mark.ts";
import { table } from "./markup/table.ts";
import { ago, distance } from "./markup/time.ts";
import type { PageView } from "./view.ts";

/** Each pool against its bounds, with what keeps it from starting slots. */
export function poolsPart({ status, holds, acting }: PageView): Fragment {
  const { pools } = status;
  return table<PoolStatus>({
    caption: "Pools with their slots and bounds",
    rows: pools,
    keyOf: ({ key }) => `pool-${key}`,
    empty: "No pool is configured.",
    columns: [
      {
        head: "Pool",
        kind: "lead",
        cell: ({ key, labels }) => html`<b>${key}</b> <span class="labels">${labels.join(" ")}</span>`,
      },
      { head: "State", cell: (pool) => stateCell(pool, holds.operatorPause !== null, status) },
      { head: "Slots", cell: slotsCell },
      { head: "Busy", kind: "number", cell: ({ slots }) => slots["busy"] ?? 0 },
      { head: "Idle", kind: "number", cell: ({ idle }) => idle },
      { head: "Waiting", kind: "number", cell: ({ waiting }) => waiting },
      ...(acting === null ? [] : [{ head: "Action", cell: (pool: PoolStatus) => drainForm(pool, acting) }]),
    ],
  });
}

function stateCell(pool: PoolStatus, isPaused: boolean, { engines, atMs }: Pick<Status, "engines" | "atMs">): Fragment {
  const now = poolState(pool, engines);
  const [state, word] = isPaused && now.kind !== "draining" ? (["warn", "Paused"] as const) : marked(now, pool);
  const [pause] = now.kind === "paused" ? pool.pauses : [];
  const { lastFailure } = pool;
  const wait = pause === undefined ? "" : html`<p class="note">tries again in ${distance(pause.untilMs, atMs)}</p>`;
  const more = now.kind === "paused" || PLAIN.has(now.words) ? "" : html`<p class="note">${now.words}</p>`;
  const failure =
    lastFailure === null
      ? ""
      : html`<p class="note">${lastFailure.message} ${lastFailure.remedy} (${ago(lastFailure.atMs, atMs)})</p>`;
  return html`${mark(state, word)}${wait}${more}${failure}`;
}

/** What the mark beside it says already. */
const PLAIN: ReadonlySet<string> = new Set(["serves", "full", "drained"]);

function marked({ kind }: PoolState, { pauses, lastFailure }: PoolStatus): readonly [State, string] {
  if (kind === "draining") return ["warn", "Draining"];
  if (kind === "paused") return ["bad", countText(pauses[0]?.failures ?? 1, "failure")];
  if (kind === "silent") return ["bad", "No engine"];
  if (kind === "held") return ["warn", "Held back"];
  if (lastFailure !== null) return ["warn", "Failing"];
  if (kind === "closed") return ["idle", "Closed"];
  return kind === "full" ? ["idle", "Full"] : ["ok", "Serving"];
}

function drainForm({ key, draining }: PoolStatus, acting: NonNullable<PageView["acting"]>): Fragment | string {
  const [act, label] = draining ? (["undrain", "Undrain"] as const) : (["drain", "Drain"] as const);
  return actForm(acting, { act, fields: { pool: key }, label, about: key });
}

/** `2 of 4`, with a bar: what is held, the minimum that is kept warm as a line, the maximum as its end. */
function slotsCell({ held, min, max }: PoolStatus): Fragment {
  const share = (count: number): string => `${max === 0 ? 0 : Math.min(100, (100 * count) / max)}%`;
  const words = min > 0 ? `${held} of ${max}, at least ${min}` : `${held} of ${max}`;
  const least = min > 0 ? html`<rect class="least" x="${share(min)}" width="2" height="8" />` : "";
  return html`<span class="nowrap">${words}</span>
    <svg class="meter" aria-hidden="true">
      <rect class="all" width="100%" height="8" rx="4" />
      <rect class="held" width="${share(held)}" height="8" rx="4" />
      ${least}
    </svg>`;
}
