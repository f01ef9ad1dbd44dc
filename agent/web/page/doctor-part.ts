import { html } from "hono/html";

import { countText } from "../../../shared/text/count-text.ts";
import type { CheckResult, CheckStatus } from "../../doctor/check/check.ts";
import { actForm } from "./acts/act-form.ts";
import type { Fragment } from "./markup/fragment.ts";
import { mark, type State } from "./markup/mark.ts";
import { table } from "./markup/table.ts";
import { ago } from "./markup/time.ts";
import type { PageView } from "./view.ts";

const STATES: Readonly<Record<CheckStatus, readonly [State, string]>> = {
  fail: ["bad", "Fails"],
  warn: ["warn", "Warns"],
  pass: ["ok", "Passes"],
  skip: ["idle", "Skipped"],
};
const ORDER: readonly CheckStatus[] = ["fail", "warn", "pass", "skip"];

/** What the doctor said when it was last run by the page. */
export function doctorPart({ status: { atMs }, doctor, acting }: PageView): Fragment {
  const { running, last } = doctor;
  const buttons = html`<div class="acts">
    ${actForm(acting, { act: "doctor", label: "Run the doctor" })}
    ${actForm(acting, { act: "probe", label: "Run it with a probe" })}
  </div>`;
  const now = running ? html`<p class="note">It runs now; its verdict comes within half a minute.</p>` : "";
  if (last === null) {
    return html`<p class="empty">
        Not run by the page since the agent started. <code>hookline doctor</code> runs it too.
      </p>
      ${now}${buttons}`;
  }
  const { checks, failure } = last;
  if (failure !== null)
    return html`<p class="trouble card">${mark("bad", "It could not run")} ${failure}</p>
      ${now}${buttons}`;
  return html`<p class="verdict">${verdictMark(checks)} <span class="note">${ago(last.atMs, atMs)}</span></p>
    ${now}
    ${table<CheckResult>({
      caption: "The doctor's checks, what is wrong first",
      rows: checks.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status)),
      keyOf: ({ id }) => `check-${id}`,
      empty: "No check was made.",
      columns: [
        { head: "Check", kind: "lead", cell: ({ id }) => html`<code>${id}</code>` },
        { head: "Verdict", cell: ({ status }) => mark(...STATES[status]) },
        {
          head: "Finding",
          cell: ({ summary, remedy }) =>
            html`<p>${summary}</p>
              ${remedy === undefined ? "" : html`<p class="note">${remedy}</p>`}`,
        },
      ],
    })}
    ${buttons}`;
}

function verdictMark(checks: readonly CheckResult[]): Fragment {
  const failed = checks.filter(({ status }) => status === "fail").length;
  const warned = checks.filter(({ status }) => status === "warn").length;
  if (failed > 0) return mark("bad", `${countText(failed, "check")} failed`);
  if (warned > 0) return mark("warn", `${countText(warned, "check")} warned`);
  return mark("ok", "Every check passed");
}
