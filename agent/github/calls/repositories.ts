import { instantMs, repositoriesPage } from "../model/answers.ts";
import { readListing } from "../http/listing.ts";
import type { Rest } from "../http/rest.ts";
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
