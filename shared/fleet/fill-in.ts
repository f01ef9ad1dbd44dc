import type { Fleet, Pool } from "./pool.ts";
import {
  isOfPattern,
  isSameName,
  whyLeftOut,
  type LeftOutRepository,
  type ListedRepository,
} from "./repository-patterns.ts";

/** Accounts whose repositories a pattern of the fleet takes in, each once. */
export function accountsOfPatterns({ pools }: Fleet): readonly string[] {
  const all = pools.flatMap(({ patterns }) => patterns?.accounts ?? []);
  return [...new Map(all.map((account) => [account.toLowerCase(), account])).values()];
}

/**
 * The pool with what its patterns take in of the repositories that GitHub lists, as if they were named, after those that
 * are. A named one is served whatever GitHub says of it. Any other pool as it is.
 */
export function fillIn(pool: Pool, listed: readonly ListedRepository[]): Pool {
  if (pool.patterns === undefined || pool.scope.kind !== "repositories") return pool;
  const { repositories: named } = pool.scope;
  const spokenOf = listed.filter(
    ({ fullName }) => isOfPattern(pool, fullName) && !named.some((name) => isSameName(name, fullName)),
  );
  const found = spokenOf.filter((each) => whyLeftOut(pool, each) === null).map(({ fullName }) => fullName);
  const leftOut = spokenOf.flatMap((each): LeftOutRepository[] => {
    const why = whyLeftOut(pool, each);
    return why === null ? [] : [{ repository: each.fullName, why }];
  });
  const repositories = [...named, ...found];
  return { ...pool, scope: { kind: "repositories", repositories }, repositories, leftOut };
}
