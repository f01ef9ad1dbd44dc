import { instantMs, repositoriesPage } from "../model/answers.ts";
import { repository as repositoryAnswer } from "./inspect-answers.ts";
import { readListing } from "../http/listing.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import type { Rest } from "../http/rest.ts";
import { repositoryScope, scopePath } from "../model/scope.ts";
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

/**
 * The name that the repository has by now: GitHub redirects from those that it had before. Null where it shows none to
 * the credential. Throws GitHubError where it cannot be told.
 *
 * https://docs.github.com/en/rest/repos/repos#get-a-repository
 */
export async function nameOfRepository(rest: Rest, name: string, signal: AbortSignal): Promise<string | null> {
  const scope = repositoryScope(name);
  const url = rest.urlOf(scopePath(scope));
  const page = await rest.read(url, repositoryAnswer, { scope, signal }).catch(noneIfNotFound);
  return page?.value.full_name ?? null;
}
