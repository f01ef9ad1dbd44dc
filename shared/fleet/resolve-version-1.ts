import { PLAIN_CONTAINER } from "./container-options.ts";
import type { Fleet, Pool, Scaling } from "./pool.ts";
import { resourcesOf, withoutRepeats } from "./resolved-fields.ts";
import type { Version1File } from "./version-1.ts";

type Version1Pool = Version1File["pools"][number];

/** What version 1 takes for jobs below a threshold where a pool has no `scaling`. */
const WITHOUT_SCALING = { queueThreshold: 1, cooldownSeconds: 120 } as const;

/** The fleet of a version 1 file, with the labels that github-runner-fleet gives to every pool. */
export function resolveVersion1(file: Version1File): Fleet {
  const image = `${file.image.repository}:${file.image.tag}`;
  return { version: 1, pools: file.pools.map((pool) => resolvePool(pool, image)) };
}

function resolvePool(pool: Version1Pool, image: string): Pool {
  return {
    key: pool.key,
    scope: { kind: "organization", organization: pool.organization, runnerGroup: pool.runnerGroup },
    visibility: pool.visibility,
    repositories: pool.repositoryAccess === "all" ? null : withoutRepeats(pool.allowedRepositories),
    labels: withoutRepeats(["synology", "shell-only", pool.visibility, ...pool.labels]),
    groupOnly: false,
    scaling: scalingOf(pool),
    architecture: pool.architecture,
    image,
    command: ["/home/runner/run.sh"],
    workFolder: "_work",
    network: "bridge",
    runnerRoot: pool.runnerRoot,
    resources: resourcesOf(pool.resources),
    container: PLAIN_CONTAINER,
  };
}

function scalingOf({ scaling, size }: Version1Pool): Scaling {
  return scaling ?? { min: size, max: size, ...WITHOUT_SCALING };
}
