import { ownersOf, type Fleet } from "./pool.ts";
import { architectureLabels, IMPLIED_LABELS } from "../labels/labels.ts";
import type { Route } from "../link/route.ts";
import { sizePatterns } from "./sizes.ts";

/** What a fleet serves, as the agent announces it for the mailbox to turn the rest away. */
export function routesOfFleet({ pools }: Fleet): readonly Route[] {
  return pools.flatMap((pool) =>
    ownersOf(pool).map((owner) => ({
      owner,
      labels: [
        ...IMPLIED_LABELS,
        ...architectureLabels(pool.architecture),
        ...pool.labels,
        ...sizePatterns(pool.sizes),
      ],
    })),
  );
}
