import { enginesOf, type EngineSetting } from "../../../shared/fleet/engine.ts";
import { formatBytes } from "../../../shared/fleet/memory-size.ts";
import { countText } from "../../../shared/text/count-text.ts";
import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import { DockerError } from "../../docker/docker-error.ts";
import { DockerClient } from "../../docker/docker-client.ts";
import { engineHost, type DockerHost } from "../../docker/docker-host.ts";
import { settingsLeftOut } from "../../slots/docker/container-spec.ts";
import { hostFeatures, type HostFeatures } from "../../slots/docker/host-features.ts";
import { poolRefusal } from "../../slots/docker/pool-refusal.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import { judgeImage } from "./image-check.ts";

/**
 * The engines of the pools file beside the local one: whether each answers, and can hold what its pools ask for; whether
 * their images are there, or, on a swarm, where each node pulls for itself, which nodes are up.
 */
export function engineChecks(fleet: Fleet | null, nowMs: number): readonly Check[] {
  return (fleet?.engines ?? []).flatMap((engine) => {
    if (engine.address === null) return [];
    const pools = (fleet?.pools ?? []).filter((pool) => enginesOf(pool).includes(engine.name));
    const host = engineHost(engine.address);
    const answers: Check = {
      id: `docker-engine:${engine.name}`,
      group: "docker",
      run: (signal) => judge(engine, host, pools, signal),
    };
    const more = engine.swarm === true ? [nodesCheck(engine, host)] : imageChecks(engine, host, pools, nowMs);
    return [answers, ...more];
  });
}

function imageChecks({ name }: EngineSetting, host: DockerHost, pools: readonly Pool[], nowMs: number) {
  return [...Map.groupBy(pools, ({ image }) => image)].map(([image, itsPools]): Check => ({
    id: `docker-image:${name}/${image}`,
    group: "docker",
    run: (signal) =>
      asked(name, host, signal, async (client) => {
        const facts = {
          image: (reference: string) => client.images.inspect(reference, signal),
          host: async () => hostFeatures(await client.system.info(signal)),
        };
        const finding = await judgeImage(facts, image, itsPools, nowMs);
        const remedy = finding.remedy === undefined ? {} : { remedy: `on ${name}: ${finding.remedy}` };
        return { ...finding, summary: `${name}: ${finding.summary}`, ...remedy };
      }),
  }));
}

function nodesCheck({ name }: EngineSetting, host: DockerHost): Check {
  const run = (signal: AbortSignal): Promise<Finding> =>
    asked(name, host, signal, async (client) => {
      const nodes = await client.swarm.nodes(signal);
      const down = nodes.filter(({ isDown }) => isDown).map(({ hostname }) => hostname);
      const summary = `${name}: ${nodes.length - down.length} of ${countText(nodes.length, "node")} up`;
      if (down.length === 0) return { status: "pass", summary, detail: "each node pulls the pools' images by itself" };
      const remedy = "docker node ls shows them; docker node rm what does not come back";
      return {
        status: down.length < nodes.length ? "warn" : "fail",
        summary: `${summary}; down: ${down.join(", ")}`,
        remedy,
      };
    });
  return { id: `docker-nodes:${name}`, group: "docker", run };
}

/** Skipped where the engine does not answer at all: its own check tells why. Throws DockerError for what it refuses. */
function asked(
  name: string,
  host: DockerHost,
  signal: AbortSignal,
  ask: (client: DockerClient) => Promise<Finding>,
): Promise<Finding> {
  return withEngine(host, async (client) => {
    await client.system.negotiate(signal).catch((error: unknown) => {
      if (!(error instanceof DockerError)) throw error;
      throw new Skipped(`${name} could not be asked`, `docker-engine:${name}`);
    });
    return ask(client);
  });
}

async function withEngine(host: DockerHost, ask: (client: DockerClient) => Promise<Finding>): Promise<Finding> {
  const client = new DockerClient(host);
  try {
    return await ask(client);
  } finally {
    client.close();
  }
}

function judge(engine: EngineSetting, host: DockerHost, pools: readonly Pool[], signal: AbortSignal): Promise<Finding> {
  return withEngine(host, async (client) => {
    const api = await client.system.negotiate(signal);
    const features = hostFeatures(await client.system.info(signal));
    const { engineVersion, architecture, memoryBytes } = features;
    const summary = `${engine.name}: Docker ${engineVersion} answers, API ${api}, ${architecture}, ${formatBytes(memoryBytes)} of memory`;
    const detail = host.kind === "unix" ? {} : { detail: "free disk is not known: the Engine API does not tell it" };
    return { ...(against(features, host, pools) ?? { status: "pass", summary }), ...detail };
  });
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
