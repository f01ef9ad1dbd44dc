import { html } from "hono/html";

import { sumOf, WAIT_BOUNDS_MS, type JobDay } from "../../journal/finished-jobs.ts";
import type { WaitHour } from "../../journal/wait-hours.ts";
import { boundOf } from "../../report/report.ts";
import { chart } from "./markup/chart.ts";
import type { Fragment } from "./markup/fragment.ts";
import { minutesText, shortText } from "./markup/time.ts";
import { PAST_UNREAD, type PageView } from "./view.ts";

/** How long jobs waited from queue to start, by hour and by day, and how much was served. */
export function waitsPart({ past }: PageView): Fragment {
  if (past === null) return PAST_UNREAD;
  const days = sumOf(past.days, ({ day }) => day);
  return html`<div class="charts">
    ${chart<WaitHour>({
      id: "waits",
      title: "Seconds from queue to start, by hour",
      kind: "lines",
      unit: "s",
      rows: past.hours,
      atMs: ({ atMs }) => atMs,
      at: ({ atMs }) => `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`,
      series: [
        { head: "Median", value: ({ p50Ms }) => p50Ms / 1000, text: ({ p50Ms }) => shortText(p50Ms) },
        { head: "95 %", value: ({ p95Ms }) => p95Ms / 1000, text: ({ p95Ms }) => shortText(p95Ms) },
      ],
      others: [{ head: "Jobs", text: ({ jobs }) => String(jobs) }],
    })}
    ${chart<JobDay>({
      id: "days",
      title: "Minutes served, by day",
      kind: "bars",
      unit: "min",
      rows: days,
      atMs: ({ day }) => Date.parse(day),
      at: ({ day }) => day,
      series: [
        {
          head: "Minutes",
          value: ({ runMs }) => runMs / 60_000,
          text: ({ runMs }) => minutesText(runMs),
        },
      ],
      others: [
        { head: "Jobs", text: ({ jobs }) => jobs.toLocaleString("en") },
        { head: "Median wait", text: ({ waits }) => boundText(waits, 0.5) },
        { head: "95 % waited", text: ({ waits }) => boundText(waits, 0.95) },
      ],
    })}
  </div>`;
}

/** Days are kept as counts between bounds. */
function boundText(waits: readonly number[], part: number): string {
  const boundMs = boundOf(waits, part);
  if (boundMs === null) return "–";
  return Number.isFinite(boundMs) ? `within ${shortText(boundMs)}` : `over ${shortText(WAIT_BOUNDS_MS.at(-2) ?? 0)}`;
}
