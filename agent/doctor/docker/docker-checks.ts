import type { Clock, Random } from "../../../shared/clock/clock.ts";
import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import type { OwnProxy } from "../../settings/own-proxy.ts";
import type { DockerHost } from "../../docker/docker-host.ts";
import { NEWEST_API, OLDEST_API } from "../../docker/api-version.ts";
import { HelperContainers } from "../../slots/docker/helper-container.ts";
import type { HostFeatures } from "../../slots/docker/host-features.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import { judgeDockerAccess } from "./access-check.ts";
import { once } from "../check/once-each.ts";
import { judgeDryRun, slotSpec } from "./dry-run.ts";
import { isRefused, orDockerSkipped, type DockerFacts } from "./docker-facts.ts";
import { judgeDisk, judgeKernel, judgeLimits, judgeLogs, judgeMemory } from "./host-checks.ts";
import { judgeImage } from "./image-check.ts";
import { judgeUsage } from "./usage-check.ts";
import { judgeProxy } from "./proxy-check.ts";
import { networkChecks } from "./network-check.ts";
import { reachChecks } from "./reach-check.ts";
import { startChecks, type StartCheckOptions } from "./start-check.ts";

export interface DockerCheckOptions {
  readonly facts: DockerFacts;
  readonly fleet: Fleet | null;
  readonly instance: string;
  readonly dataFolder: string;
  readonly random: Random;
  readonly clock: Clock;
  readonly nowMs: number;
  readonly dockerHost: DockerHost;
  readonly proxy: OwnProxy;
  /** Whether containers are started to try what jobs can reach. */
  readonly deep?: boolean;
  /** For the try of each pool's container; left out where none is made. */
  readonly start?: DeepOptions;
}

export type DeepOptions = Pick<StartCheckOptions, "reachable" | "spared">;

/** Whether the engine answers to this user, can hold what the pools ask for, and would create their containers. */
export function dockerChecks(options: DockerCheckOptions): readonly Check[] {
  const { facts, fleet, dataFolder, nowMs } = options;
  const helpers = new HelperContainers({ ...options, client: facts.client, log: silentLogger });
  const pools = fleet?.pools ?? [];
  const ofHost = (id: string, judge: (host: HostFeatures) => Finding | Promise<Finding>): Check => ({
    id,
    group: "docker",
    run: async () => judge(await orDockerSkipped(facts.host())),
  });
  const images = [...new Set(pools.map(({ image }) => image))].map((image): Check => ({
    id: `docker-image:${image}`,
    group: "docker",
    run: () =>
      judgeImage(
        facts,
        image,
        pools.filter((pool) => pool.image === image),
        nowMs,
      ),
  }));
  const dryRuns = pools.map((pool): Check => ({
    id: `docker-create:${pool.key}`,
    group: "docker",
    run: (signal) => judgeDryRun(facts, pool, { ...options, helpers, signal }),
  }));
  const shared = [...dryRuns, ...networkChecks(facts, fleet, helpers)].map(askedOnce);
  return [
    { id: "docker-engine", group: "docker", run: () => judgeEngine(facts, helpers) },
    { id: "docker-access", group: "docker", run: (signal) => judgeDockerAccess(facts, signal) },
    ofHost("docker-kernel", (host) => judgeKernel(host, fleet)),
    ofHost("docker-limits", (host) => judgeLimits(host, pools, options.proxy)),
    ofHost("docker-proxy", (host) => judgeProxy(host, options.proxy)),
    ofHost("docker-memory", (host) => judgeMemory(host, pools)),
    ofHost("docker-disk", (host) => judgeDisk(host, dataFolder, pools)),
    { id: "docker-usage", group: "docker", run: (signal) => judgeUsage(facts, { ...options, pools }, signal) },
    ofHost("docker-logs", judgeLogs),
    ...images,
    ...shared,
    ...(options.start === undefined
      ? []
      : startChecks(pools, { ...startOptions(options, helpers, shared), ...options.start })),
    ...(options.deep === true ? reachChecks(facts, fleet, helpers) : []),
  ];
}

/** Several ask what it finds; the work is done for the first. */
function askedOnce(check: Check): Check {
  return { ...check, run: once(async (signal: AbortSignal) => check.run(signal)) };
}

function startOptions(options: DockerCheckOptions, helpers: HelperContainers, checks: readonly Check[]) {
  const { facts, clock } = options;
  return {
    facts,
    helpers,
    clock,
    specOf: async (pool: Pool, signal: AbortSignal) =>
      slotSpec(facts, pool, await orDockerSkipped(facts.host()), { ...options, helpers, signal }, pool.network),
    found: (pool: Pool, signal: AbortSignal) =>
      Promise.all(
        checks
          .filter(({ id }) => id === `docker-create:${pool.key}` || id === `docker-network:${pool.network}`)
          .map(async (check) => [check.id, await findingOf(check, signal)] as const),
      ),
  };
}

/** What it throws is its own to tell. */
async function findingOf(check: Check, signal: AbortSignal): Promise<Finding> {
  try {
    return await check.run(signal);
  } catch {
    return { status: "skip", summary: "it could not judge" };
  }
}

/** An engine that answers is freed of what a doctor that was killed has left. */
async function judgeEngine(facts: DockerFacts, helpers: HelperContainers): Promise<Finding> {
  try {
    const api = await facts.api();
    const { engineVersion, operatingSystem } = await facts.host();
    await helpers.clear({ engineNowMs: await facts.engineNowMs(), purposes: [] });
    const detail = `${operatingSystem}; Hookline speaks API ${OLDEST_API} to ${NEWEST_API}`;
    return { status: "pass", summary: `Docker ${engineVersion} answers, API ${api}`, detail };
  } catch (error) {
    if (isRefused(error)) throw new Skipped("a proxy before the engine refuses calls", "docker-access");
    throw error;
  }
}
