import { repositoryPayload } from "../../hooks/repository-payload.ts";
import type { Repository } from "../../state/model.ts";
import { ok, organizationIn, repositoryIn, type Context, type Handler } from "../handler.ts";
import { pageOf } from "../pagination.ts";
import { seesRepository } from "../principal.ts";

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
    const { items, headers } = pageOf(context, inOrder(context, all.filter(wanted(context))));
    return { status: 200, body: items.map((each) => repositoryPayload(each, apiUrl)), headers };
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

function inOrder({ parameters }: Context, repositories: readonly Repository[]): readonly Repository[] {
  const sort = parameters["sort"] ?? "created";
  const keyOf = (each: Repository): number | string => {
    if (sort === "full_name") return each.fullName.toLowerCase();
    return sort === "created" ? each.createdAtMs : each.pushedAtMs;
  };
  const ascending = (parameters["direction"] ?? (sort === "full_name" ? "asc" : "desc")) === "asc";
  const sorted = repositories.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : a.id - b.id));
  return ascending ? sorted : sorted.toReversed();
}
