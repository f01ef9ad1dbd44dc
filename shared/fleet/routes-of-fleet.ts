import { ownersOf, type Fleet, type Pool } from "./pool.ts";
import { isOfPattern, patternWords } from "./repository-patterns.ts";
import { architectureLabels, IMPLIED_LABELS } from "../labels/labels.ts";
import type { Route } from "../link/route.ts";
import { sizePatterns } from "./sizes.ts";

/** What a fleet serves, as the agent announces it for the mailbox to turn the rest away. */
export function routesOfFleet({ pools }: Fleet): readonly Route[] {
  return pools.flatMap((pool) =>
    ownersOf(pool).map((owner) => ({
      owner,
      ...repositoriesOf(pool, owner),
      labels: [
        ...IMPLIED_LABELS,
        ...architectureLabels(pool.architecture),
        ...pool.labels,
        ...sizePatterns(pool.sizes),
      ],
    })),
  );
}

/**
 * A pattern travels as it is written: the edge takes what is made under it before anybody here has heard of it. It takes
 * in what the pool names of the same account. Where there are names alone the edge takes all of an account's, so that one
 * that is renamed still comes through.
 */
function repositoriesOf(pool: Pool, owner: string): Pick<Route, "repositories"> {
  const { patterns } = pool;
  if (patterns === undefined || !isOfPattern(pool, `${owner}/`)) return {};
  const isOwn = (word: string): boolean => word.replace("!", "").toLowerCase().startsWith(`${owner.toLowerCase()}/`);
  return { repositories: patternWords(patterns).filter(isOwn) };
}
