import * as z from "zod/mini";

import { labelSet, labelsMatch } from "../labels/labels.ts";

/** What one pool serves, as far as the edge needs it: whose jobs, and which labels its runners have. */
export const routeSchema = z.object({
  /** Account whose repositories the pool serves. */
  owner: z.string(),
  /** All labels of its runners, the implied ones included. `mem=*` stands for every label that begins with `mem=`. */
  labels: z.array(z.string()),
  /** Repositories by name or as `owner/*`, less those behind a `!`; all of the owner's where it is absent. */
  repositories: z.optional(z.array(z.string())),
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
  const ofOwner = routes.filter((route) => route.owner.toLowerCase() === owner && serves(route, job.repository));
  if (ofOwner.length === 0) return "owner";
  if (job.labels.length === 0) return null;
  return ofOwner.some((route) => hasLabels(route, job.labels)) ? null : "labels";
}

function serves({ repositories }: Route, repository: string): boolean {
  if (repositories === undefined) return true;
  const name = repository.toLowerCase();
  const isNamed = (pattern: string): boolean => pattern === name || pattern === `${name.split("/")[0] ?? ""}/*`;
  const patterns = repositories.map((pattern) => pattern.toLowerCase());
  return patterns.some(isNamed) && !patterns.includes(`!${name}`);
}

function hasLabels(route: Route, labels: readonly string[]): boolean {
  const plain = labelSet(route.labels);
  const prefixes = [...plain].filter((label) => label.endsWith("=*")).map((label) => label.slice(0, -1));
  const isPlain = (label: string): boolean => !prefixes.some((prefix) => label.toLowerCase().startsWith(prefix));
  const rest = labels.filter(isPlain);
  return rest.length === 0 || labelsMatch(rest, plain);
}
