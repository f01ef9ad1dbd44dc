import { html } from "hono/html";

import { legsOf } from "../../journal/latency.ts";
import type { Fragment } from "./markup/fragment.ts";
import { jobCell } from "./markup/github-links.ts";
import type { RecentJob } from "./history/recent.ts";
import { mark, type State } from "./markup/mark.ts";
import { table } from "./markup/table.ts";
import { ago, shortText } from "./markup/time.ts";
import { PAST_UNREAD, type PageView } from "./view.ts";

/** The legs of a job's way that its bar is made of, each with the instants between which it lies. */
const LEGS = [
  { leg: "edge", head: "Edge", from: "createdAtMs", to: "edgeAtMs" },
  { leg: "link", head: "Link", from: "edgeAtMs", to: "agentAtMs" },
  { leg: "jit", head: "Runner made", from: "jitAskedAtMs", to: "jitAtMs" },
  { leg: "container", head: "Container", from: "jitAtMs", to: "containerAtMs" },
  { leg: "pickup", head: "Picked up", from: "containerAtMs", to: "startedAtMs" },
] as const;

const CONCLUSIONS: Readonly<Record<string, readonly [State, string]>> = {
  success: ["ok", "Succeeded"],
  failure: ["bad", "Failed"],
  cancelled: ["idle", "Cancelled"],
  timed_out: ["bad", "Timed out"],
};

/** The last jobs that ran here, each with a bar of where the time from queue to start went. */
export function recentPart({ status: { atMs }, past, web }: PageView): Fragment {
  if (past === null) return PAST_UNREAD;
  const longestMs = Math.max(1, ...past.jobs.map((job) => spanOf(job)));
  return html`${past.jobs.length === 0 ? "" : legend()}${table<RecentJob>({
    caption: "The last jobs, with how long each leg of their way took",
    rows: past.jobs,
    keyOf: ({ jobId }) => `recent-${jobId}`,
    empty: "No job has run here in the last three days.",
    columns: [
      { head: "Job", kind: "lead", cell: (job) => jobCell(job, web) },
      { head: "Result", cell: ({ conclusion }) => resultMark(conclusion) },
      {
        head: "Started",
        cell: ({ startedAtMs }) => html`<span class="nowrap">${ago(startedAtMs ?? atMs, atMs)}</span>`,
      },
      {
        head: "Queue to start",
        cell: (job) => html`<span class="nowrap">${shortText(spanOf(job))}</span> ${bar(job, longestMs)}`,
      },
      ...LEGS.map(({ leg, head }) => ({
        head,
        kind: "number" as const,
        cell: (job: RecentJob) => html`<span class="nowrap">${legText(legsOf(job)[leg])}</span>`,
      })),
    ],
  })}`;
}

function resultMark(conclusion: string | null): Fragment {
  if (conclusion === null) return mark("ok", "Running");
  return mark(...(CONCLUSIONS[conclusion] ?? (["idle", conclusion] as const)));
}

function legText(ms: number | undefined): string {
  return ms === undefined ? "–" : shortText(ms);
}

function spanOf({ createdAtMs, edgeAtMs, startedAtMs }: RecentJob): number {
  return Math.max(0, (startedAtMs ?? 0) - (createdAtMs ?? edgeAtMs));
}

function bar(job: RecentJob, longestMs: number): Fragment {
  const beganAtMs = job.createdAtMs ?? job.edgeAtMs;
  const share = (ms: number): string => `${Math.min(100, Math.max(0, (100 * ms) / longestMs)).toFixed(2)}%`;
  const pieces = LEGS.flatMap(({ leg, from, to }) => {
    const [fromMs, toMs] = [job[from], job[to]];
    if (fromMs === null || toMs === null || toMs <= fromMs) return [];
    return [
      html`<rect class="leg-${leg}" x="${share(fromMs - beganAtMs)}" width="${share(toMs - fromMs)}" height="8" />`,
    ];
  });
  return html`<svg class="bar" aria-hidden="true">
    <rect class="all" width="${share(spanOf(job))}" height="8" />
    ${pieces}
  </svg>`;
}

function legend(): Fragment {
  return html`<p class="legend" aria-hidden="true">
    ${LEGS.map(
      ({ leg, head }) =>
        html`<span
          ><svg viewBox="0 0 12 12"><rect class="leg-${leg}" width="12" height="12" rx="3" /></svg>${head}</span
        > `,
    )}
  </p>`;
}
