import { html } from "hono/html";

import { WAIT_BOUNDS_MS, type JobDay } from "../../journal/finished-jobs.ts";
import type { WaitHour } from "../../journal/wait-hours.ts";
import { chart } from "./markup/chart.ts";
import type { Fragment } from "./markup/fragment.ts";
import { shortText } from "./markup/time.ts";
import { PAST_UNREAD, type PageView } from "./view.ts";

interface ServedDay {
  readonly day: string;
  readonly jobs: number;
  readonly runMs: number;
  readonly waits: readonly number[];
}

/** How long jobs waited from queue to start, by hour and by day, and how much was served. */
export function waitsPart({ past }: PageView): Fragment {
  if (past === null) return PAST_UNREAD;
  const days = byDay(past.days);
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
    ${chart<ServedDay>({
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
          text: ({ runMs }) => Math.round(runMs / 60_000).toLocaleString("en"),
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

function byDay(days: readonly JobDay[]): readonly ServedDay[] {
  const sums = new Map<string, ServedDay>();
  for (const { day, jobs, runMs, waits } of days) {
    const known = sums.get(day) ?? { day, jobs: 0, runMs: 0, waits: [] };
    const added = waits.map((count, at) => count + (known.waits[at] ?? 0));
    sums.set(day, { day, jobs: known.jobs + jobs, runMs: known.runMs + runMs, waits: added });
  }
  return [...sums.values()].toSorted((a, b) => a.day.localeCompare(b.day));
}

/** The bound below which that share of the waits lies: days are kept as counts between bounds. */
function boundText(waits: readonly number[], share: number): string {
  const rank = Math.ceil(share * waits.reduce((total, count) => total + count, 0));
  let counted = 0;
  for (const [at, bound] of WAIT_BOUNDS_MS.entries()) {
    counted += waits[at] ?? 0;
    if (counted < rank || rank === 0) continue;
    return Number.isFinite(bound) ? `within ${shortText(bound)}` : `over ${shortText(WAIT_BOUNDS_MS[at - 1] ?? 0)}`;
  }
  return "–";
}
