import * as z from "zod/mini";

import type { Status } from "../../shared/status/status.ts";

/** The daemon in flat figures, for widgets that show single fields. */
export const widgetSummarySchema = z.object({
  ok: z.boolean(),
  link: z.enum(["none", "down", "dialling", "up"]),
  waiting: z.number(),
  running: z.number(),
  /** How long the oldest job has waited; 0 where none does. */
  oldestWaitSeconds: z.number(),
  slots: z.number(),
  idle: z.number(),
  /** Sum of the pools' bounds. */
  maxSlots: z.number(),
  pausedPools: z.number(),
  /** Since the end of the last sweep that read everything; null before one. */
  lastSweepSeconds: z.nullable(z.number()),
  version: z.string(),
});
export type WidgetSummary = z.output<typeof widgetSummarySchema>;

/** The status document in flat figures. `ok`: it plans, and its link, if it has one, is up. */
export function summaryOf({ atMs, agent, link, jobs, pools, sweeps, slots }: Status): WidgetSummary {
  const sum = (of: (pool: Status["pools"][number]) => number): number =>
    pools.reduce((total, pool) => total + of(pool), 0);
  const oldest = jobs.waiting[0];
  return {
    ok: agent.holds.length === 0 && (link.state === "up" || link.state === "none"),
    link: link.state,
    waiting: jobs.waitingTotal,
    running: jobs.runningTotal,
    oldestWaitSeconds: oldest === undefined ? 0 : secondsBetween(oldest.sinceMs, atMs),
    slots: slots.length,
    idle: sum(({ idle }) => idle),
    maxSlots: sum(({ max }) => max),
    pausedPools: pools.filter(({ pauses }) => pauses.length > 0).length,
    lastSweepSeconds: sweeps.lastCompleteAtMs === null ? null : secondsBetween(sweeps.lastCompleteAtMs, atMs),
    version: agent.version,
  };
}

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / 1000));
}
