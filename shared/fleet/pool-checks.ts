import { valueAt } from "./config-path.ts";
import type { ConfigPath } from "./config-path.ts";
import { dockerFindings } from "./docker-access.ts";
import { asMapping, draftOf, isMapping } from "./draft.ts";
import { engineFindings } from "./engine-checks.ts";
import { quote } from "./finding.ts";
import { hardeningFindings } from "./hardening-checks.ts";
import type { FleetFinding } from "./finding.ts";
import { patternFindings } from "./pattern-checks.ts";
import { scopeFindings } from "./scope-checks.ts";
import { holdWhileFindings } from "./hold-while-fields.ts";
import { scheduleFindings } from "./schedule-fields.ts";
import { sizeFindings } from "./size-fields.ts";
import { version1PoolShape, version1ScalingShape } from "./version-1.ts";
import { DEFAULT_SLOTS, version2PoolShape, version2ScalingShape } from "./version-2.ts";

/**
 * What is wrong between the fields of a pool, or between pools, which the schema of one field cannot see. Fields
 * that the schema refuses are left out of the comparison. `written` is the file before interpolation.
 */
export function crossFindings(value: unknown, written: unknown, version: 1 | 2): FleetFinding[] {
  const pools: unknown = asMapping(value)["pools"];
  if (!Array.isArray(pools)) return [];
  const inOnePool = version === 1 ? version1Findings : version2Findings;
  const each = pools.flatMap((pool: unknown, index) =>
    isMapping(pool) ? inOnePool(pool, ["pools", index], written) : [],
  );
  const engines = version === 1 ? [] : engineFindings(value, pools);
  return [...each, ...engines, ...repeatedKeys(pools, written)];
}

function version1Findings(value: unknown, at: ConfigPath, written: unknown): FleetFinding[] {
  const { organization, repositoryAccess, allowedRepositories } = draftOf(version1PoolShape, value);
  const { min, max } = draftOf(version1ScalingShape, asMapping(value)["scaling"]);
  const scope = { at, written, organization, access: repositoryAccess, allowed: allowedRepositories };
  return [...scopeFindings(scope), ...orderOf(at, min, max, "")];
}

function version2Findings(value: unknown, at: ConfigPath, written: unknown): FleetFinding[] {
  const source = asMapping(value);
  const pool = draftOf(version2PoolShape, value);
  const { min, max } = draftOf(version2ScalingShape, source["scaling"]);
  const stated = pool.repositoryAccess;
  const derived = pool.allowedRepositories?.length === 0 ? "all" : "selected";
  const access = "repositoryAccess" in source ? stated : derived;
  const scope = { at, written, organization: pool.organization, access, allowed: pool.allowedRepositories };
  return [
    ...exclusiveScope(source, at),
    ...patternFindings(at, pool.repositories),
    ...scopeFindings(scope),
    ...dockerFindings({
      at,
      docker: pool.docker,
      workFolder: pool.workFolder,
      visibility: pool.visibility,
      max: max ?? pool.size ?? DEFAULT_SLOTS,
      runtime: pool.runtime,
    }),
    ...hardeningFindings({ ...pool, at }),
    ...holdWhileFindings(at, pool.holdWhile),
    ...scheduleFindings(at, pool.schedule, max ?? pool.size ?? DEFAULT_SLOTS),
    ...sizeFindings(at, pool.sizes, pool.labels ?? []),
    ...sizeAgainstMax(at, pool.size, max),
    ...("max" in asMapping(source["scaling"])
      ? orderOf(at, min, max, "")
      : orderOf(
          at,
          min,
          "size" in source ? pool.size : DEFAULT_SLOTS,
          "size" in source ? " (from size)" : " (the default)",
        )),
  ];
}

/** Keys that mean nothing to a pool whose runners belong to single repositories. */
const ORGANIZATION_KEYS = ["runnerGroup", "repositoryAccess", "allowedRepositories", "groupOnly"] as const;

function exclusiveScope(pool: Readonly<Record<string, unknown>>, at: ConfigPath): FleetFinding[] {
  const byOrganization = "organization" in pool;
  if (!("repositories" in pool)) {
    return byOrganization ? [] : [{ at, message: "names neither organization nor repositories; add one of them" }];
  }
  if (byOrganization) {
    return [{ at: [...at, "repositories"], message: BOTH_SCOPES }];
  }
  return ORGANIZATION_KEYS.filter((key) => key in pool && pool[key] !== false).map((key) => ({
    at: [...at, key],
    message: "is for pools of an organization; remove it, this pool names repositories",
  }));
}

const BOTH_SCOPES =
  "stands beside organization; keep organization with allowedRepositories for runners of the organization, or repositories alone for runners of single repositories";

function sizeAgainstMax(at: ConfigPath, size: number | undefined, max: number | undefined): FleetFinding[] {
  if (size === undefined || max === undefined || size === max) return [];
  return [
    {
      at: [...at, "size"],
      message: "differs from scaling.max, which it is the short form of; keep scaling.max and remove size",
    },
  ];
}

function orderOf(at: ConfigPath, min: number | undefined, max: number | undefined, origin: string): FleetFinding[] {
  if (min === undefined || max === undefined || min <= max) return [];
  const message = `must not be above scaling.max${origin}; lower it, or raise the maximum`;
  return [{ at: [...at, "scaling", "min"], message }];
}

function repeatedKeys(pools: readonly unknown[], written: unknown): FleetFinding[] {
  const firstAt = new Map<string, number>();
  return pools.flatMap((pool, index) => {
    const { key } = draftOf({ key: version2PoolShape.key }, pool);
    if (key === undefined) return [];
    const first = firstAt.get(key);
    if (first === undefined) firstAt.set(key, index);
    if (first === undefined) return [];
    const at = ["pools", index, "key"];
    return [
      { at, message: `is the key of pools[${first}] already (${quote(valueAt(written, at))}); give each pool its own` },
    ];
  });
}
