import * as z from "zod/mini";

const count = z.number();

const dayCostSchema = z.object({ rowsRead: count, rowsWritten: count, requests: count });

/** What Cloudflare counts of a Durable Object by the day. */
export type DayCost = z.infer<typeof dayCostSchema>;

/**
 * What the free plan has a day, for all objects of an account together; what is over it fails until 00:00 UTC.
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 */
export const FREE_PLAN: DayCost = { rowsRead: 5_000_000, rowsWritten: 100_000, requests: 100_000 };

/** From this share of a day's limit on the operator is warned. */
export const WARN_FROM = 0.8;

/** What was spent on one day. */
export const daySpentSchema = z.object({
  ...dayCostSchema.shape,
  /** The day, UTC, as 2026-11-30. */
  day: z.string(),
});

export type DaySpent = z.infer<typeof daySpentSchema>;

/** What a mailbox has counted of itself since 00:00 UTC: at least so much, since a crash takes what is not yet kept. */
export const usageSchema = z.object({
  ...daySpentSchema.shape,
  /** What it may have a day; null on a plan that has no limit by the day. */
  limits: z.nullable(dayCostSchema),
});

export type Usage = z.infer<typeof usageSchema>;

/** The limits of a mailbox that may write so many rows a day, in the free plan's proportions; null for 0: no limit. */
export function limitsOf(rowsWritten: number): DayCost | null {
  if (rowsWritten === 0) return null;
  const share = rowsWritten / FREE_PLAN.rowsWritten;
  return { rowsRead: FREE_PLAN.rowsRead * share, rowsWritten, requests: FREE_PLAN.requests * share };
}

const NAMES = {
  rowsWritten: "written rows",
  rowsRead: "read rows",
  requests: "requests",
} as const;

/** The limit that is nearest, and how much of it is used: 1 is all of it. */
export function nearestLimit(
  spent: DayCost,
  limits: DayCost,
): { readonly of: (typeof NAMES)[keyof DayCost]; readonly share: number } {
  const shares = (Object.keys(NAMES) as (keyof DayCost)[]).map((key) => ({
    of: NAMES[key],
    share: spent[key] / limits[key],
  }));
  return shares.reduce((most, next) => (next.share > most.share ? next : most));
}
