import {
  installedRepositoriesPage,
  instantMs,
  oneRepository,
  ownRepositoriesPage,
  type ListedRepositoryAnswer,
} from "../model/answers.ts";
import { readListing } from "../http/listing.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import type { ReadOptions, Rest } from "../http/rest.ts";
import { repositoryScope, scopePath } from "../model/scope.ts";
import type { AccountRepository, Listing } from "../model/types.ts";

/** In the order of their names, so that a push changes one page and no other: the rest are answered by 304s. */
const OWN = "/user/repos?sort=full_name&per_page=100&affiliation=";

/**
 * The repositories of an account that an App's installation there may see.
 *
 * https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
 */
export async function listInstalled(
  rest: Rest,
  account: string,
  signal: AbortSignal,
): Promise<Listing<AccountRepository>> {
  const listing = await readListing(
    rest,
    {
      path: "/installation/repositories?per_page=100",
      schema: installedRepositoriesPage,
      itemsOf: ({ repositories }) => repositories,
      keyOf: ({ id }) => id,
      totalOf: (page) => page.total_count,
    },
    { scope: { kind: "account", account }, signal },
  );
  return ofAccount(listing, account);
}

/**
 * The repositories of an account that a person's token may see: the person's own, or those where the account has let the
 * person in. A list of somebody else's public ones is of no use, since runners need an administrator.
 *
 * https://docs.github.com/en/rest/repos/repos#list-repositories-for-the-authenticated-user
 */
export async function listVisible(
  rest: Rest,
  account: string,
  signal: AbortSignal,
): Promise<Listing<AccountRepository>> {
  const options: ReadOptions = { scope: { kind: "account", account }, signal };
  const own = await listOwn(rest, "owner", options);
  const owned = ofAccount(own, account);
  if (owned.items.length > 0 || !own.complete) return owned;
  return ofAccount(await listOwn(rest, "collaborator,organization_member", options), account);
}

/**
 * One repository, asked for even while polling rests, since a job waits for the answer; null where GitHub answers 404.
 *
 * https://docs.github.com/en/rest/repos/repos#get-a-repository
 */
export async function readRepository(rest: Rest, name: string, signal: AbortSignal): Promise<AccountRepository | null> {
  const scope = repositoryScope(name);
  const url = rest.urlOf(scopePath(scope));
  const page = await rest.read(url, oneRepository, { scope, signal, urgent: true }).catch(noneIfNotFound);
  return page === null ? null : repositoryOf(page.value);
}

function listOwn(rest: Rest, affiliation: string, options: ReadOptions): Promise<Listing<ListedRepositoryAnswer>> {
  const query = {
    path: `${OWN}${affiliation}`,
    schema: ownRepositoriesPage,
    itemsOf: (page: readonly ListedRepositoryAnswer[]) => page,
    keyOf: ({ id }: ListedRepositoryAnswer) => id,
  };
  return readListing(rest, query, options);
}

function ofAccount(listing: Listing<ListedRepositoryAnswer>, account: string): Listing<AccountRepository> {
  const prefix = `${account}/`.toLowerCase();
  const items = listing.items.filter(({ full_name }) => full_name.toLowerCase().startsWith(prefix)).map(repositoryOf);
  return { ...listing, items };
}

function repositoryOf(answer: ListedRepositoryAnswer): AccountRepository {
  return {
    id: answer.id,
    fullName: answer.full_name,
    isPrivate: answer.private,
    fork: answer.fork,
    archived: answer.archived || answer.disabled === true,
    pushedAtMs: instantMs(answer.pushed_at),
  };
}
