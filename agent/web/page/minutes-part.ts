import { html } from "hono/html";

import { costAtGitHub, GITHUB_PRICES } from "../../../shared/costs/github-prices.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { sumOf, type JobDay } from "../../journal/finished-jobs.ts";
import type { Fragment } from "./markup/fragment.ts";
import { repositoryLink } from "./markup/github-links.ts";
import { table } from "./markup/table.ts";
import { minutesText } from "./markup/time.ts";
import { PAST_UNREAD, type PageView } from "./view.ts";

const MOST_ROWS = 20;

type Served = Pick<JobDay, "repository" | "jobs" | "runMs">;

/** What ran here within 30 days by repository, and what GitHub's own runners would have cost for it. */
export function minutesPart({ past, web }: PageView): Fragment {
  if (past === null) return PAST_UNREAD;
  const served = sumOf(past.days, ({ repository }) => repository).toSorted((a, b) => b.runMs - a.runMs);
  return html`${table<Served>({
    caption: "Minutes served within 30 days, by repository",
    rows: served.slice(0, MOST_ROWS),
    keyOf: ({ repository }) => `minutes-${repository}`,
    empty: "No job has ended here within 30 days.",
    columns: [
      { head: "Repository", kind: "lead", cell: ({ repository }) => repositoryLink(repository, web) },
      { head: "Jobs", kind: "number", cell: ({ jobs }) => jobs.toLocaleString("en") },
      { head: "Minutes", kind: "number", cell: ({ runMs }) => minutesText(runMs) },
      { head: "At GitHub", kind: "number", cell: costText },
    ],
  })}${served.length === 0 ? "" : sumText(served)}`;
}

function sumText(served: readonly Served[]): Fragment {
  const runMs = served.reduce((total, each) => total + each.runMs, 0);
  const jobs = served.reduce((total, each) => total + each.jobs, 0);
  const { runner, usdPerMinute, since } = GITHUB_PRICES;
  return html`<p class="note">
    ${minutesText(runMs)} minutes in ${countText(served.length, "repository", "repositories")}; at GitHub
    ${costText({ runMs, jobs })}: ${runner}, $${usdPerMinute} a minute since ${since}, for private repositories, beyond
    the minutes that a plan includes. It rounds each job up to a minute.
  </p>`;
}

/** Between no job rounded, and each by a whole minute. */
function costText({ runMs, jobs }: Pick<Served, "runMs" | "jobs">): string {
  const { atLeastUsd, atMostUsd } = costAtGitHub(runMs / 60_000, jobs);
  return `$${atLeastUsd.toFixed(2)} to $${atMostUsd.toFixed(2)}`;
}
