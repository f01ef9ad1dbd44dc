import * as z from "zod/mini";

import { labelSet, labelsMatch } from "../labels/labels.ts";

/** What one pool serves, as far as the edge needs it: whose jobs, and which labels its runners have. */
export const routeSchema = z.object({
  /** Account whose repositories the pool serves. */
  owner: z.string(),
  /** All labels of its runners, the implied ones included. */
  labels: z.array(z.string()),
});

export type Route = z.infer<typeof routeSchema>;

/**
 * Why a job is not the fleet's, or null if it may be. A job without labels may belong to a pool through its runner
 * group, which the event does not name; only its owner can rule it out.
 */
export function foreignTo(
  routes: readonly Route[],
  job: { readonly repository: string; readonly labels: readonly string[] },
): "owner" | "labels" | null {
  const owner = (job.repository.split("/")[0] ?? "").toLowerCase();
  const ofOwner = routes.filter((route) => route.owner.toLowerCase() === owner);
  if (ofOwner.length === 0) return "owner";
  if (job.labels.length === 0) return null;
  return ofOwner.some((route) => labelsMatch(job.labels, labelSet(route.labels))) ? null : "labels";
}
