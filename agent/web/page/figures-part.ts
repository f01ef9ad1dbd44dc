import { html } from "hono/html";

import type { Fragment } from "./markup/fragment.ts";
import { distance, shortText } from "./markup/time.ts";
import type { PageView } from "./view.ts";

/** What most people come for, in four figures. */
export function figuresPart({ status }: PageView): Fragment {
  const { atMs, jobs, pools, slots, latency } = status;
  const oldest = jobs.waiting[0];
  const most = Math.min(
    pools.reduce((total, { max }) => total + max, 0),
    status.fleet.maxSlots ?? Number.POSITIVE_INFINITY,
  );
  const idle = pools.reduce((total, pool) => total + pool.idle, 0);
  const { total } = latency.legs;
  return html`<dl class="figures">
    ${figure("Waiting", jobs.waitingTotal, oldest === undefined ? "no job waits" : html`oldest for ${distance(oldest.sinceMs, atMs)}`)}
    ${figure("Running", jobs.runningTotal, idle === 0 ? "no idle runner" : `${idle} idle`)}
    ${figure("Slots", slots.length, `of ${most} at most`)}
    ${figure(
      "Queue to start",
      total === undefined ? "–" : shortText(total.p50),
      total === undefined ? "no job yet" : `median; 95 % within ${shortText(total.p95)}`,
    )}
  </dl>`;
}

function figure(name: string, value: number | string, note: unknown): Fragment {
  return html`<div>
    <dt>${name}</dt>
    <dd class="value">${value}</dd>
    <dd class="note">${note}</dd>
  </div>`;
}
