import { html } from "hono/html";

import { ageText } from "../../../../shared/text/age-text.ts";
import type { Fragment } from "./fragment.ts";

const AT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

/** How far a time is from now, in words; the time itself on hover. The page's script lets it go on. */
export function distance(atMs: number, nowMs: number): Fragment {
  const text = distanceText(atMs, nowMs);
  const at = new Date(atMs);
  return html`<time datetime="${at.toISOString()}" data-distance title="${AT.format(at)} UTC">${text}</time>`;
}

/** The same in the past: `3 min ago`. */
export function ago(atMs: number, nowMs: number): Fragment {
  return html`${distance(atMs, nowMs)} ago`;
}

/** A duration below a minute with a digit behind the point, such as `1.9 s`; a longer one as `ageText` has it. */
export function shortText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : ageText(ms);
}

/** A duration in whole minutes, without the unit: `1,204`. */
export function minutesText(ms: number): string {
  return Math.round(ms / 60_000).toLocaleString("en");
}

/** The page tells no less than seconds of what it counts itself. */
function distanceText(atMs: number, nowMs: number): string {
  return ageText(Math.max(1000, Math.abs(nowMs - atMs)));
}
