import { html } from "hono/html";

import { comparedText, costAtGitHub, GITHUB_PRICES } from "../../../shared/costs/github-prices.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { sumOf, type JobDay } from "../../journal/finished-jobs.ts";
import type { Fragment } from "./markup/fragment.ts";
import { repositoryLink } from "./markup/github-links.ts";
import { table } from "./markup/table.ts";
import { minutesText } from "./markup/time.ts";
import { PAST_UNREAD, type PageView } from "./view.ts";

const MOST_ROWS = 20;

/** What ran of one repository: together, and by the kinds of machines. */
interface Served extends Pick<JobDay, "repository" | "jobs" | "runMs"> {
  readonly days: readonly JobDay[];
}

/** What ran here within 30 days by repository, and what GitHub's own runners would have cost for it. */
export function minutesPart({ past, web }: PageView): Fragment {
  if (past === null) return PAST_UNREAD;
  const days = Map.groupBy(past.days, ({ repository }) => repository);
  const served = sumOf(past.days, ({ repository }) => repository)
    .map((each): Served => ({ ...each, days: days.get(each.repository) ?? [] }))
    .toSorted((a, b) => b.runMs - a.runMs);
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
  })}${served.length === 0 ? "" : sumText(served, past.days)}`;
}

function sumText(served: readonly Served[], days: readonly JobDay[]): Fragment {
  const runMs = served.reduce((total, each) => total + each.runMs, 0);
  return html`<p class="note">
    ${minutesText(runMs)} minutes in ${countText(served.length, "repository", "repositories")}; at GitHub
    ${costText({ days })}: ${comparedText(days)}, since ${GITHUB_PRICES.since}, for private repositories, beyond the
    minutes that a plan includes. It rounds each job up to a minute.
  </p>`;
}

/** Between no job rounded, and each by a whole minute. */
function costText({ days }: Pick<Served, "days">): string {
  const { atLeastUsd, atMostUsd } = costAtGitHub(days);
  return `$${atLeastUsd.toFixed(2)} to $${atMostUsd.toFixed(2)}`;
}
