import { html } from "hono/html";

import type { OperatorAct } from "../../journal/operator-acts.ts";
import type { ActName } from "./acts/act.ts";
import { actForm } from "./acts/act-form.ts";
import type { Fragment } from "./markup/fragment.ts";
import { mark } from "./markup/mark.ts";
import { table } from "./markup/table.ts";
import { ago } from "./markup/time.ts";
import type { PageView } from "./view.ts";

const WORDS: Readonly<Record<ActName, string>> = {
  drain: "Drain",
  undrain: "Undrain",
  pause: "Pause",
  resume: "Resume",
  retire: "Retire",
  requeue: "Put back",
  doctor: "Run the doctor",
  probe: "Run the doctor with a probe",
};

/** The word for an act that was kept; its own name for one of another version. */
export function actWord(act: string): string {
  return Object.hasOwn(WORDS, act) ? WORDS[act as ActName] : act;
}

/** What holds for the whole fleet, and what was done by the page. */
export function actsPart({ status: { atMs }, holds, acting, acts }: PageView): Fragment {
  if (acting === null) {
    return html`<p class="empty">
      The page only shows. <code>HOOKLINE_HTTP_OPERATOR_TOKEN</code> lets its holder act by it.
    </p>`;
  }
  const forms =
    holds.operatorPause === null
      ? [
          actForm(acting, { act: "pause", fields: { hours: 1 }, label: "Pause for an hour" }),
          actForm(acting, { act: "pause", fields: { hours: 8 }, label: "Pause for 8 hours" }),
          actForm(acting, { act: "pause", fields: { hours: "" }, label: "Pause until resumed" }),
        ]
      : [actForm(acting, { act: "resume", label: "Resume" })];
  return html`<div class="acts">${forms}</div>
    ${table<OperatorAct>({
      caption: "What was done by the page, the newest first",
      rows: acts,
      empty: "Nothing was done by the page yet.",
      columns: [
        { head: "What", kind: "lead", cell: ({ act, subject }) => `${actWord(act)} ${subject}` },
        { head: "When", cell: ({ atMs: then }) => html`<span class="nowrap">${ago(then, atMs)}</span>` },
        { head: "From", cell: ({ from }) => html`<code>${from ?? "–"}</code>` },
        { head: "Outcome", cell: ({ outcome }) => outcomeMark(outcome) },
      ],
    })}`;
}

function outcomeMark(outcome: string | null): Fragment {
  if (outcome === "done") return mark("ok", "Done");
  if (outcome === null) return mark("warn", "Not known");
  return html`${mark("bad", "Refused")} <span class="note">${outcome.replace(/^refused: /, "")}</span>`;
}
