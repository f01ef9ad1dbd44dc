import { namedRepositories, type Pool } from "../fleet/pool.ts";
import { isOfPattern, isSameName, matchesPattern, type WhyLeftOut } from "../fleet/repository-patterns.ts";
import { beyondSizes, hasSize, sizeLabelsOf } from "../fleet/sizes.ts";
import { architectureLabels, IMPLIED_LABELS, labelSet, labelsMatch } from "../labels/labels.ts";
import type { JobFacts } from "../workflow-job/job-facts.ts";
import type { Refusal } from "./reasons.ts";

/** A pool with what is derived from it once instead of for each job. */
export interface ServingPool {
  readonly pool: Pool;
  /** All labels that its runners carry, as they are registered. */
  readonly runnerLabels: readonly string[];
  readonly labelSet: ReadonlySet<string>;
  /** Lower-case `owner/name`s that it may serve, or null for all within its scope. */
  readonly repositories: ReadonlySet<string> | null;
}

/** The pool of a slot, where its runner is registered, and of which size it is. */
type SlotPlace = { readonly pool: string; readonly scope: string; readonly sizeLabels: readonly string[] };

type ChoosableJob = Readonly<Pick<JobFacts, "repository" | "isPrivate">> & { readonly labels: readonly string[] };

/** Derives what serving needs; `hostArchitecture` stands in where a pool says `auto`. */
export function servingPool(pool: Pool, hostArchitecture: "amd64" | "arm64"): ServingPool {
  const architecture = pool.architecture === "auto" ? hostArchitecture : pool.architecture;
  const runnerLabels = [...new Set([...IMPLIED_LABELS, ...architectureLabels(architecture), ...pool.labels])];
  return { pool, runnerLabels, labelSet: labelSet(runnerLabels), repositories: repositoriesOf(pool) };
}

function repositoriesOf(pool: Pool): ReadonlySet<string> | null {
  const named = namedRepositories(pool);
  return named === null ? null : new Set(named.map((name) => name.toLowerCase()));
}

/** Why a pool may not serve a job, or null if it may. */
export function refusal(serving: ServingPool, job: ChoosableJob): Refusal | null {
  const { pool } = serving;
  const repository = job.repository.toLowerCase();
  const owner = repository.split("/")[0] ?? "";
  if (pool.scope.kind === "organization" && pool.scope.organization.toLowerCase() !== owner) {
    return { code: "other-owner", expected: pool.scope.organization };
  }
  if (serving.repositories !== null && !serving.repositories.has(repository)) {
    const leftOut = leftOutOf(pool, repository);
    if (leftOut === null) return { code: "other-repository" };
    if (leftOut !== "visibility" || pool.visibility === "any") return { code: "other-repository", leftOut };
    return { code: "visibility", expected: pool.visibility };
  }
  if (pool.visibility !== "any" && job.isPrivate !== null && (pool.visibility === "private") !== job.isPrivate) {
    return { code: "visibility", expected: pool.visibility };
  }
  if (job.labels.length === 0) return pool.groupOnly ? null : { code: "no-labels" };
  return labelsRefusal(serving, job.labels);
}

function leftOutOf(pool: Pool, repository: string): WhyLeftOut | null {
  if (!isOfPattern(pool, repository)) return null;
  if (!matchesPattern(pool, repository)) return "excluded";
  return pool.leftOut?.find((each) => isSameName(each.repository, repository))?.why ?? "unlisted";
}

function labelsRefusal({ pool, labelSet: offered }: ServingPool, labels: readonly string[]): Refusal | null {
  if (labelsMatch(labels, offered)) return null;
  const { sizes } = pool;
  const asked = sizeLabelsOf(sizes, labels);
  const missing = labels.filter((label) => !offered.has(label.toLowerCase()) && !asked.includes(label.toLowerCase()));
  if (sizes === undefined || missing.length > 0) return { code: "labels", missing };
  const beyond = beyondSizes(sizes, asked);
  return beyond.length === 0 ? null : { code: "labels", missing: beyond.map(({ label }) => label), beyond };
}

/** The labels by which a job asks this pool for a size; its runner needs them beside those of the pool. */
export function sizeOf({ pool }: ServingPool, job: Pick<ChoosableJob, "labels">): readonly string[] {
  return sizeLabelsOf(pool.sizes, job.labels);
}

/** Where a runner for this job registers: the organization, or the job's own repository. Lower case. */
export function scopeOf(pool: Pool, repository: string): string {
  return (pool.scope.kind === "organization" ? pool.scope.organization : repository).toLowerCase();
}

/** Whether GitHub may give a job to the runner of a slot. */
export function mayRun(pools: readonly ServingPool[], slot: SlotPlace, job: ChoosableJob): boolean {
  const serving = pools.find(({ pool }) => pool.key === slot.pool);
  if (serving === undefined || refusal(serving, job) !== null) return false;
  return scopeOf(serving.pool, job.repository) === slot.scope && hasSize(slot.sizeLabels, sizeOf(serving, job));
}

/** Where a warm runner without a job may register, the preferred place first. Lower case. */
export function warmScopesOf(pool: Pool): readonly string[] {
  const scopes = pool.scope.kind === "organization" ? [pool.scope.organization] : pool.scope.repositories;
  return scopes.map((scope) => scope.toLowerCase());
}
