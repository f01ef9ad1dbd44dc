import { html } from "hono/html";

import type { JobOutcome } from "../../journal/job-outcome.ts";
import type { Fragment } from "./markup/fragment.ts";
import { jobCell } from "./markup/github-links.ts";
import type { RecentDelivery } from "./history/recent.ts";
import { mark, type State } from "./markup/mark.ts";
import { table } from "./markup/table.ts";
import { ago } from "./markup/time.ts";
import { PAST_UNREAD, type PageView } from "./view.ts";

/** What has become of a delivery's job, in a word, and why. */
const OUTCOMES: Readonly<Record<JobOutcome, readonly [State, string, string]>> = {
  waiting: ["idle", "Held", "GitHub holds the job for an approval or for other jobs."],
  queued: ["ok", "Taken up", "The job waits for a runner."],
  unserved: ["idle", "Ignored", "No pool serves the job's labels and repository."],
  running: ["ok", "Runs here", "A runner of this agent has the job."],
  done: ["ok", "Done here", "A runner of this agent had the job."],
  elsewhere: ["idle", "Elsewhere", "A runner that is not this agent's took the job."],
  "ended-unserved": ["idle", "Ended", "The job was cancelled or skipped before a runner took it."],
  unreadable: ["warn", "Not understood", "This version does not know the status; the sweeps look after the job."],
};

/** The last deliveries with what was decided on each, and why. */
export function deliveriesPart({ status, past, web }: PageView): Fragment {
  if (past === null) return PAST_UNREAD;
  const { atMs, jobs } = status;
  const waiting = new Map(jobs.waiting.map(({ jobId, why }) => [jobId, why]));
  return table<RecentDelivery>({
    caption: "The last deliveries, the newest first",
    rows: past.deliveries,
    keyOf: ({ guid, action }) => `delivery-${guid}-${action}`,
    empty: "No delivery has come yet.",
    columns: [
      { head: "Job", kind: "lead", cell: (delivery) => jobCell(delivery, web) },
      { head: "Event", cell: ({ action }) => action },
      { head: "Came", cell: ({ receivedAtMs }) => html`<span class="nowrap">${ago(receivedAtMs, atMs)}</span>` },
      { head: "Decision", cell: ({ outcome }) => mark(OUTCOMES[outcome][0], OUTCOMES[outcome][1]) },
      { head: "Reason", cell: (delivery) => html`<span class="note">${reasonOf(delivery, waiting)}</span>` },
    ],
  });
}

/** A job that waits has a reason of its own by now. */
function reasonOf({ jobId, outcome, runner }: RecentDelivery, waiting: ReadonlyMap<number, string>): string {
  if (outcome === "queued") return waiting.get(jobId) ?? OUTCOMES.queued[2];
  return outcome === "elsewhere" && runner !== null
    ? `${runner}, which is not this agent's, took it.`
    : OUTCOMES[outcome][2];
}
