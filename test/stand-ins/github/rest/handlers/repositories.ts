import { repositoryPayload } from "../../hooks/repository-payload.ts";
import type { Repository } from "../../state/model.ts";
import type { PersonalToken } from "../../state/personal-tokens.ts";
import { ok, organizationIn, repositoryIn, type Context, type Handler } from "../handler.ts";
import { pageOf } from "../pagination.ts";
import { seesAccount, seesRepository } from "../principal.ts";
import { Refusal } from "../refusal.ts";

const EVERY_AFFILIATION = "owner,collaborator,organization_member";

/** https://docs.github.com/en/rest/repos/repos, https://docs.github.com/en/rest/apps/installations */
export const repositoryHandlers: Readonly<Record<string, Handler>> = {
  "repos/get": (context) => {
    const shown = repositoryPayload(repositoryIn(context), context.world.apiUrl);
    return ok({ ...shown, network_count: 0, subscribers_count: 1 });
  },
  "repos/list-for-org": (context) => {
    const { accounts, apiUrl } = context.world;
    const all = accounts
      .repositoriesOf(organizationIn(context))
      .filter((each) => seesRepository(context.principal, each));
    const { items, headers } = pageOf(context, inOrder(context.parameters, all.filter(wanted(context))));
    return { status: 200, body: items.map((each) => repositoryPayload(each, apiUrl)), headers };
  },
  "repos/list-for-authenticated-user": (context) => {
    const { principal, world, parameters } = context;
    if (principal.kind !== "personal") throw new Refusal(403, "Resource not accessible by integration");
    const affiliations = String(parameters["affiliation"] ?? EVERY_AFFILIATION).split(",");
    const all = world.accounts.repositories.filter(
      (each) => seesAccount(principal, each.owner) && affiliations.includes(affiliationOf(principal.token, each)),
    );
    const sort = parameters["sort"] ?? "full_name";
    const { items, headers } = pageOf(context, inOrder({ ...parameters, sort }, all.filter(wanted(context))));
    return { status: 200, body: items.map((each) => repositoryPayload(each, world.apiUrl)), headers };
  },
  "apps/list-repos-accessible-to-installation": (context) => {
    const { accounts, apiUrl } = context.world;
    if (context.principal.kind !== "installation") return ok({ total_count: 0, repositories: [] });
    const { installation } = context.principal;
    const all = accounts.repositoriesOf(installation.account).filter((each) => seesRepository(context.principal, each));
    const { items, headers } = pageOf(context, all);
    const shown = items.map((each) => repositoryPayload(each, apiUrl));
    const selection = installation.repositories === null ? "all" : "selected";
    return {
      status: 200,
      body: { total_count: all.length, repository_selection: selection, repositories: shown },
      headers,
    };
  },
};

function wanted({ parameters }: Context): (repository: Repository) => boolean {
  switch (parameters["type"]) {
    case "private":
      return (repository) => repository.isPrivate;
    case "public":
      return (repository) => !repository.isPrivate;
    case "forks":
      return () => false;
    default:
      return () => true;
  }
}

/** Where a person is not the owner, the token's accounts are those that have let the person in. */
function affiliationOf({ login }: PersonalToken, { owner }: Repository): string {
  if (owner.login.toLowerCase() === login.toLowerCase()) return "owner";
  return owner.kind === "organization" ? "organization_member" : "collaborator";
}

function inOrder(parameters: Context["parameters"], repositories: readonly Repository[]): readonly Repository[] {
  const sort = parameters["sort"] ?? "created";
  const keyOf = (each: Repository): number | string => {
    if (sort === "full_name") return each.fullName.toLowerCase();
    return sort === "created" ? each.createdAtMs : each.pushedAtMs;
  };
  const ascending = (parameters["direction"] ?? (sort === "full_name" ? "asc" : "desc")) === "asc";
  const sorted = repositories.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : a.id - b.id));
  return ascending ? sorted : sorted.toReversed();
}
