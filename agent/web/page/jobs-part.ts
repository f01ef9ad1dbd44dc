import { html } from "hono/html";

import type { RunningJob, WaitingJob } from "../../../shared/status/job-status.ts";
import type { Fragment } from "./markup/fragment.ts";
import { jobLink, repositoryLink, type LinkedJob } from "./markup/github-links.ts";
import { leftOut, MOST_OPEN } from "./markup/left-out.ts";
import { mark, type State } from "./markup/mark.ts";
import { table, type TableColumn } from "./markup/table.ts";
import { distance } from "./markup/time.ts";
import type { PageView } from "./view.ts";

const MENDERS: Readonly<Record<WaitingJob["mender"], readonly [State, string]>> = {
  time: ["ok", "By itself"],
  operator: ["warn", "Held by you"],
  person: ["bad", "Needs mending"],
  nobody: ["idle", "Not for us"],
};

/** Jobs that wait, each with its reason and what would change it. */
export function waitingPart({ status: { jobs, atMs }, web }: PageView): Fragment {
  const shown = jobs.waiting.slice(0, MOST_OPEN);
  return html`${table<WaitingJob>({
    caption: "Jobs that wait, the oldest first",
    rows: shown,
    keyOf: ({ jobId }) => `waiting-${jobId}`,
    empty: "No job waits.",
    columns: [
      ...about<WaitingJob>(web),
      { head: "Waits", cell: ({ sinceMs }) => html`<span class="nowrap">${distance(sinceMs, atMs)}</span>` },
      { head: "Ends", cell: ({ mender }) => mark(...MENDERS[mender]) },
      {
        head: "Reason",
        cell: ({ why, remedy }) =>
          html`<p>${why}</p>
            <p class="note">${remedy}</p>`,
      },
    ],
  })}${leftOut(jobs.waitingTotal - shown.length, "hookline jobs", { one: "waits", many: "wait" })}`;
}

/** Jobs on our runners. */
export function runningPart({ status: { jobs, atMs }, web }: PageView): Fragment {
  const shown = jobs.running.slice(0, MOST_OPEN);
  return html`${table<RunningJob>({
    caption: "Jobs that run here",
    rows: shown,
    keyOf: ({ jobId }) => `running-${jobId}`,
    empty: "No job runs here.",
    columns: [
      ...about<RunningJob>(web),
      {
        head: "Runs",
        cell: ({ startedAtMs }) =>
          startedAtMs === null ? "–" : html`<span class="nowrap">${distance(startedAtMs, atMs)}</span>`,
      },
      { head: "Pool", cell: ({ pool }) => pool ?? "–" },
      { head: "Runner", cell: ({ slot }) => html`<code>${slot}</code>` },
    ],
  })}${leftOut(jobs.runningTotal - shown.length, "hookline jobs", { one: "runs", many: "run" })}`;
}

function about<Job extends LinkedJob & { readonly labels: readonly string[]; readonly attempt: number }>(
  web: URL,
): readonly TableColumn<Job>[] {
  return [
    {
      head: "Job",
      kind: "lead",
      cell: (job) =>
        html`${jobLink(job, web)}${job.attempt > 1 ? html` <span class="note">attempt ${job.attempt}</span>` : ""}`,
    },
    { head: "Repository", kind: "name", cell: ({ repository }) => repositoryLink(repository, web) },
    { head: "Labels", kind: "labels", cell: ({ labels }) => labels.join(" ") },
  ];
}
