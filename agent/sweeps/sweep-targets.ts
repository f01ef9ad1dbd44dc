import { namedRepositories, type Fleet, type Pool } from "../../shared/fleet/pool.ts";
import { repositoryScope, scopeName } from "../github/model/scope.ts";
import type { GitHub, GitHubRepository, RunnerScope } from "../github/model/types.ts";
import type { SweepFailures } from "./sweep-failures.ts";

/** Which repositories to ask for jobs. */
export interface SweepTargets {
  /** `owner/name`, those that pools name first, then the most recently pushed of each organization. */
  readonly repositories: readonly string[];
  /** Whether these are all that the fleet serves. */
  readonly complete: boolean;
}

/** The repositories that the fleet's pools serve: those that they name, and those that their organizations list. */
export async function sweepTargets(
  github: GitHub,
  fleet: Fleet,
  failures: SweepFailures,
  signal: AbortSignal,
): Promise<SweepTargets> {
  let complete = true;
  // Names count once whatever their case, in GitHub's own spelling where it is known.
  const targets = new Map(
    fleet.pools.flatMap((pool) => namedRepositories(pool) ?? []).map((name) => [name.toLowerCase(), name]),
  );
  for (const [organization, pools] of openPools(fleet)) {
    const listing = await failures.attempt(`repositories of ${organization}`, organization, () =>
      github.listOrganizationRepositories(organization, signal),
    );
    const served = (listing?.items ?? []).filter((repository) => pools.some((pool) => mayServe(pool, repository)));
    for (const { fullName } of served) targets.set(fullName.toLowerCase(), fullName);
    complete &&= listing?.complete === true;
    if (listing?.failure !== undefined) failures.note(`repositories of ${organization}`, organization, listing.failure);
    if (listing?.shortfall !== undefined) failures.cut(`repositories of ${organization}`, listing.shortfall);
  }
  return { repositories: [...targets.values()], complete };
}

/** Where the fleet's runners are registered, each place once. */
export function runnerScopes(fleet: Fleet): readonly RunnerScope[] {
  const scopes = fleet.pools.flatMap(({ scope }): readonly RunnerScope[] =>
    scope.kind === "organization"
      ? [{ kind: "organization", organization: scope.organization }]
      : scope.repositories.map(repositoryScope),
  );
  return [...new Map(scopes.map((scope) => [scopeName(scope).toLowerCase(), scope])).values()];
}

/** Pools that serve whatever their organization holds, by organization. */
function openPools(fleet: Fleet): ReadonlyMap<string, readonly Pool[]> {
  const byOrganization = new Map<string, Pool[]>();
  for (const pool of fleet.pools) {
    if (pool.scope.kind !== "organization" || pool.repositories !== null) continue;
    const organization = pool.scope.organization.toLowerCase();
    byOrganization.set(organization, [...(byOrganization.get(organization) ?? []), pool]);
  }
  return byOrganization;
}

/** Archived repositories run no workflows. */
function mayServe(pool: Pool, repository: GitHubRepository): boolean {
  if (repository.archived) return false;
  return pool.visibility === "any" || (pool.visibility === "private") === repository.isPrivate;
}
