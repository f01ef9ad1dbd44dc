import { enginesOf, type EngineSetting } from "../../../shared/fleet/engine.ts";
import { formatBytes } from "../../../shared/fleet/memory-size.ts";
import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import { DockerClient } from "../../docker/docker-client.ts";
import { engineHost, type DockerHost } from "../../docker/docker-host.ts";
import { settingsLeftOut } from "../../slots/docker/container-spec.ts";
import { hostFeatures, type HostFeatures } from "../../slots/docker/host-features.ts";
import { poolRefusal } from "../../slots/docker/pool-refusal.ts";
import type { Check, Finding } from "../check/check.ts";

/** The engines of the pools file beside the local one: whether each answers, and can hold what its pools ask for. */
export function engineChecks(fleet: Fleet | null): readonly Check[] {
  return (fleet?.engines ?? []).flatMap((engine) => {
    const { address } = engine;
    const pools = (fleet?.pools ?? []).filter((pool) => enginesOf(pool).includes(engine.name));
    if (address === null) return [];
    const run = (signal: AbortSignal): Promise<Finding> => judge(engine, engineHost(address), pools, signal);
    return [{ id: `docker-engine:${engine.name}`, group: "docker" as const, run }];
  });
}

async function judge(
  engine: EngineSetting,
  host: DockerHost,
  pools: readonly Pool[],
  signal: AbortSignal,
): Promise<Finding> {
  const client = new DockerClient(host);
  try {
    const api = await client.system.negotiate(signal);
    const features = hostFeatures(await client.system.info(signal));
    const { engineVersion, architecture, memoryBytes } = features;
    const summary = `${engine.name}: Docker ${engineVersion} answers, API ${api}, ${architecture}, ${formatBytes(memoryBytes)} of memory`;
    const detail = host.kind === "unix" ? {} : { detail: "free disk is not known: the Engine API does not tell it" };
    return { ...(against(features, host, pools) ?? { status: "pass", summary }), ...detail };
  } finally {
    client.close();
  }
}

/** What of its pools the engine cannot do. */
function against(features: HostFeatures, host: DockerHost, pools: readonly Pool[]): Finding | null {
  for (const pool of pools) {
    const refusal = poolRefusal(pool, features, host);
    if (refusal !== null) return { status: "fail", summary: refusal.message, remedy: refusal.remedy };
  }
  const wanted = pools.filter(({ architecture }) => architecture !== "auto" && architecture !== features.architecture);
  if (wanted.length > 0) {
    const summary = `${wanted.map(({ key }) => key).join(", ")}: of another architecture than the engine's ${features.architecture}; emulated, slow`;
    return { status: "warn", summary, remedy: "name engines of the pool's own architecture in config/pools.yaml" };
  }
  const left = [...new Set(pools.flatMap((pool) => settingsLeftOut(pool, features).map(({ setting }) => setting)))];
  if (left.length === 0) return null;
  const remedy = `take ${left.join(" and ")} out of the pools in config/pools.yaml, or live without`;
  return { status: "warn", summary: `not enforced on this engine: ${left.join(", ")}`, remedy };
}
