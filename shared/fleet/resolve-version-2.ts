import { containerOptionsOf } from "./container-fields.ts";
import { enginesOfFile, enginesOfPool } from "./engine-fields.ts";
import type { Fleet, Pool, PoolScope } from "./pool.ts";
import { statedRepositories } from "./repository-patterns.ts";
import { resourcesOf, withoutRepeats, withTag } from "./resolved-fields.ts";
import { holdWhileOf } from "./hold-while-fields.ts";
import { scheduleOf } from "./schedule-fields.ts";
import { sizesOf } from "./size-fields.ts";
import { DEFAULT_SLOTS } from "./version-2.ts";
import type { Version2File } from "./version-2.ts";

type Version2Pool = Version2File["pools"][number];

/** The fleet of a version 2 file; nothing is added to the labels of a pool. */
export function resolveVersion2(file: Version2File): Fleet {
  const pools = file.pools.map((pool) => resolvePool(pool, file.image));
  return {
    version: 2,
    ...(file.maxSlots === undefined ? {} : { maxSlots: file.maxSlots }),
    ...(file.engines === undefined ? {} : { engines: enginesOfFile(file.engines) }),
    pools,
  };
}

function resolvePool(pool: Version2Pool, image: string): Pool {
  const engines = enginesOfPool(pool.engine);
  const { patterns } = statedRepositories(withoutRepeats(pool.repositories ?? []));
  return {
    key: pool.key,
    scope: scopeOf(pool),
    visibility: pool.visibility,
    repositories: servedBy(pool),
    ...(patterns === null ? {} : { patterns }),
    labels: withoutRepeats(pool.labels),
    groupOnly: pool.groupOnly,
    scaling: { ...pool.scaling, max: pool.scaling.max ?? pool.size ?? DEFAULT_SLOTS },
    ...(pool.maxPerRepository === undefined ? {} : { maxPerRepository: pool.maxPerRepository }),
    ...(pool.priority === undefined ? {} : { priority: pool.priority }),
    ...holdWhileOf(pool.holdWhile),
    ...scheduleOf(pool.schedule),
    architecture: pool.architecture,
    image: withTag(pool.image ?? image),
    command: pool.command,
    workFolder: pool.workFolder,
    network: pool.network,
    runnerRoot: null,
    resources: resourcesOf(pool.resources),
    ...sizesOf(pool.sizes),
    container: containerOptionsOf(pool),
    ...(engines === undefined ? {} : { engines }),
    ...(pool.placement === undefined ? {} : { placement: pool.placement }),
  };
}

function scopeOf({ organization, runnerGroup, repositories = [] }: Version2Pool): PoolScope {
  if (organization === undefined)
    return { kind: "repositories", repositories: statedRepositories(withoutRepeats(repositories)).named };
  return { kind: "organization", organization, runnerGroup: runnerGroup ?? "Default" };
}

function servedBy(pool: Version2Pool): readonly string[] | null {
  if (pool.repositories !== undefined) return statedRepositories(withoutRepeats(pool.repositories)).named;
  return pool.allowedRepositories.length === 0 ? null : withoutRepeats(pool.allowedRepositories);
}
