import { html } from "hono/html";

import { countText } from "../../../shared/text/count-text.ts";
import type { SweepStatus } from "../../../shared/status/sweep-status.ts";
import type { Fragment } from "./markup/fragment.ts";
import { mark } from "./markup/mark.ts";
import { table } from "./markup/table.ts";
import { ago, distance } from "./markup/time.ts";
import type { PageView } from "./view.ts";

type Limit = SweepStatus["credential"]["limits"][number];

/** The last pass over GitHub's API: what it cost, what it may cost, and what it could not read. */
export function sweepsPart({ status: { sweeps, atMs } }: PageView): Fragment {
  const { last, nextAtMs, running, credential, failures, failuresTotal } = sweeps;
  const next = running ? "one runs now" : nextAtMs === null ? "not known" : html`in ${distance(nextAtMs, atMs)}`;
  const facts: readonly (readonly [string, unknown])[] = [
    ["Last sweep", last === null ? "none yet" : ago(last.finishedAtMs, atMs)],
    ["Next sweep", next],
    ["Calls", last === null ? "–" : `${last.calls}, of which ${last.notModified} cost nothing`],
    ["Budget", last === null ? "–" : `${countText(last.budget, "call")} for repositories a sweep`],
    ["Credential", credentialText(credential.kind)],
    ...(credential.expiresAtMs == null
      ? []
      : ([["Token ends", html`in ${distance(credential.expiresAtMs, atMs)}`]] as const)),
  ];
  return html`<dl class="facts card">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${failures.map(({ what, message, remedy }) => html`<p class="trouble card">${mark("warn", what)} ${message} <span class="note">${remedy}</span></p>`)}
    ${failuresTotal > failures.length ? html`<p class="note">${countText(failuresTotal - failures.length, "other place")} could not be read either.</p>` : ""}
    ${credential.limits.length === 0 ? "" : limitsTable(credential.limits, atMs)}`;
}

function credentialText(kind: SweepStatus["credential"]["kind"]): string {
  if (kind === null) return "not known";
  return kind === "app" ? "a GitHub App" : "a token";
}

function limitsTable(limits: readonly Limit[], atMs: number): Fragment {
  return table<Limit>({
    caption: "What GitHub leaves of the credential's limits",
    rows: limits,
    empty: "",
    columns: [
      { head: "Limit", kind: "lead", cell: ({ resource }) => resource },
      { head: "Left", kind: "number", cell: ({ remaining }) => remaining },
      { head: "Of", kind: "number", cell: ({ limit }) => limit },
      {
        head: "Begins anew",
        cell: ({ resetAtMs }) => (resetAtMs <= atMs ? "now" : html`in ${distance(resetAtMs, atMs)}`),
      },
    ],
  });
}
