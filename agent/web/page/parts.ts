import { actsPart } from "./acts-part.ts";
import { chainPart, headlinePart } from "./chain-part.ts";
import { deadLettersPart } from "./dead-letters-part.ts";
import { deliveriesPart } from "./deliveries-part.ts";
import { doctorPart } from "./doctor-part.ts";
import { figuresPart } from "./figures-part.ts";
import { markupOf, type Fragment } from "./markup/fragment.ts";
import { runningPart, waitingPart } from "./jobs-part.ts";
import { minutesPart } from "./minutes-part.ts";
import { poolsPart } from "./pools-part.ts";
import { recentPart } from "./recent-part.ts";
import { slotsPart } from "./slots-part.ts";
import { sweepsPart } from "./sweeps-part.ts";
import type { PageView } from "./view.ts";
import { waitsPart } from "./waits-part.ts";

/** A part of the page that is told anew after each change. */
export interface Part {
  /** Of its element. */
  readonly id: string;
  /** What stands above it; null for what needs no heading. */
  readonly title: string | null;
  readonly show: (view: PageView) => Fragment;
}

/** In the order in which they are read. */
export const PARTS: readonly Part[] = [
  { id: "headline", title: null, show: headlinePart },
  { id: "chain", title: "Chain", show: chainPart },
  { id: "figures", title: null, show: figuresPart },
  { id: "pools", title: "Pools", show: poolsPart },
  { id: "waiting", title: "Waiting", show: waitingPart },
  { id: "running", title: "Running", show: runningPart },
  { id: "slots", title: "Slots", show: slotsPart },
  { id: "recent", title: "Recent jobs", show: recentPart },
  { id: "waits", title: "Over time", show: waitsPart },
  { id: "minutes", title: "Served", show: minutesPart },
  { id: "deliveries", title: "Deliveries", show: deliveriesPart },
  { id: "dead", title: "Dead letters", show: deadLettersPart },
  { id: "sweeps", title: "Sweeps", show: sweepsPart },
  { id: "doctor", title: "Doctor", show: doctorPart },
  { id: "acts", title: "Actions", show: actsPart },
];

/** What the page says at one moment, as its script takes it: the markup of each part by its id. */
export interface PageNews {
  /** Of the agent: a page of another version has other parts. */
  readonly version: string;
  readonly title: string;
  /** The agent's clock. */
  readonly atMs: number;
  readonly parts: Readonly<Record<string, string>>;
}

/** The page's news for a view. */
export function newsOf(view: PageView): PageNews {
  const parts = Object.fromEntries(PARTS.map(({ id, show }) => [id, markupOf(show(view))]));
  const { atMs, agent } = view.status;
  return { version: agent.version, title: titleOf(view), atMs, parts };
}

/** What a browser's tab says. */
export function titleOf({ status: { jobs, agent } }: PageView): string {
  return `${jobs.waitingTotal} waiting, ${jobs.runningTotal} running – ${agent.instance} – Hookline`;
}
