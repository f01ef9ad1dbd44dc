import { html } from "hono/html";

import type { DeadLetter } from "../../../shared/mailbox/dead-letters.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { actForm } from "./acts/act-form.ts";
import type { Fragment } from "./markup/fragment.ts";
import { repositoryLink } from "./markup/github-links.ts";
import { leftOut } from "./markup/left-out.ts";
import { table } from "./markup/table.ts";
import { ago } from "./markup/time.ts";
import type { PageView } from "./view.ts";

const MOST_ROWS = 20;

/** What the agent could not take and the edge keeps, each with the way back into the queue. */
export function deadLettersPart({ status: { atMs }, edge, dead, acting, web }: PageView): Fragment {
  if (edge === "none" || dead === "none")
    return html`<p class="empty">No edge to ask: <code>hookline dead</code> lists them where there is one.</p>`;
  if (dead === null || edge === null) return html`<p class="empty">The edge was not asked yet, or did not answer.</p>`;
  const shown = dead.dead.slice(0, MOST_ROWS);
  return html`${table<DeadLetter>({
    caption: "Dead letters, the newest first",
    rows: shown,
    keyOf: ({ seq }) => `dead-${seq}`,
    empty: "No dead letter.",
    columns: [
      { head: "Signal", kind: "lead", cell: ({ seq, action }) => `${seq} ${action}` },
      {
        head: "Repository",
        kind: "name",
        cell: ({ repository }) => (repository === "" ? "–" : repositoryLink(repository, web)),
      },
      { head: "Died", cell: ({ diedAt }) => html`<span class="nowrap">${ago(diedAt + atMs - edge.now, atMs)}</span>` },
      {
        head: "Reason",
        cell: ({ reason, attempts }) =>
          html`${reason} <span class="note">after ${countText(attempts, "try", "tries")}</span>`,
      },
      ...(acting === null
        ? []
        : [
            {
              head: "Action",
              cell: ({ seq }: DeadLetter) =>
                actForm(acting, { act: "requeue", fields: { seq }, label: "Put back", about: `signal ${seq}` }),
            },
          ]),
    ],
  })}${leftOut(dead.total - shown.length, "hookline dead")}`;
}
