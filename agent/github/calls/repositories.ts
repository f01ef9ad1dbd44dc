import * as z from "zod";

import { fits, instantMs, repositoriesPage, type Official } from "../model/answers.ts";
import { readListing } from "../http/listing.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import type { Rest } from "../http/rest.ts";
import { repositoryScope } from "../model/scope.ts";
import type { GitHubRepository, Listing } from "../model/types.ts";

/**
 * The organization's repositories that the credential may see, the most recently pushed first.
 *
 * https://docs.github.com/en/rest/repos/repos#list-organization-repositories
 */
export async function listOrganizationRepositories(
  rest: Rest,
  organization: string,
  signal: AbortSignal,
): Promise<Listing<GitHubRepository>> {
  const listing = await readListing(
    rest,
    {
      path: `/orgs/${encodeURIComponent(organization)}/repos?type=all&sort=pushed&direction=desc&per_page=100`,
      schema: repositoriesPage,
      itemsOf: (page) => page,
      keyOf: (repository) => repository.full_name,
    },
    { scope: { kind: "organization", organization }, signal },
  );
  const items = listing.items.map((repository) => ({
    fullName: repository.full_name,
    isPrivate: repository.private,
    // Neither runs workflows.
    archived: repository.archived === true || repository.disabled === true,
    pushedAtMs: instantMs(repository.pushed_at),
  }));
  return { ...listing, items };
}

const repository = fits<Official["full-repository"]>()(z.object({ full_name: z.string() }));

/**
 * Whether GitHub shows the repository to the credential under this name. Throws GitHubError where it cannot be told,
 * a redirect included.
 *
 * https://docs.github.com/en/rest/repos/repos#get-a-repository
 */
export async function canReadRepository(rest: Rest, name: string, signal: AbortSignal): Promise<boolean> {
  const scope = repositoryScope(name);
  const url = rest.urlOf(`/repos/${encodeURIComponent(scope.owner)}/${encodeURIComponent(scope.repository)}`);
  const page = await rest.read(url, repository, { scope, signal }).catch(noneIfNotFound);
  return page?.value.full_name.toLowerCase() === name.toLowerCase();
}
