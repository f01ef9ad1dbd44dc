import type { Clock } from "../../../shared/clock/clock.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { DockerHost } from "../../docker/docker-host.ts";
import type { OwnProxy } from "../../settings/own-proxy.ts";
import { discards, droppedBounds, droppedSettings } from "../../slots/docker/dropped-settings.ts";
import { socketOnHost } from "../../slots/docker/lent.ts";
import { poolRefusal } from "../../slots/docker/pool-refusal.ts";
import { describeEngine } from "../../slots/docker/read-back.ts";
import { containerSpec, type ContainerSpec } from "../../slots/docker/container-spec.ts";
import { DockerError } from "../../docker/docker-error.ts";
import { DO_NOTHING, type HelperContainers } from "../../slots/docker/helper-container.ts";
import type { HostFeatures } from "../../slots/docker/host-features.ts";
import type { Finding } from "../check/check.ts";
import { orDockerSkipped, requireImage, type DockerFacts } from "./docker-facts.ts";

export interface PoolDryRunOptions {
  readonly helpers: HelperContainers;
  readonly instance: string;
  readonly nowMs: number;
  readonly dockerHost: DockerHost;
  readonly proxy: OwnProxy;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Creates a pool's container as the agent would, reads back what the engine took of its settings, and removes it. It is
 * started, with nothing to do, only where the pool asks for what engines look at no earlier.
 */
export async function judgeDryRun(facts: DockerFacts, pool: Pool, options: PoolDryRunOptions): Promise<Finding> {
  const host = await orDockerSkipped(facts.host());
  const refusal = poolRefusal(pool, host, options.dockerHost);
  if (refusal !== null) return { status: "fail", summary: refusal.message, remedy: refusal.remedy };
  await requireImage(facts, pool.image);
  try {
    // Whether its network works is another check's to say.
    const network = isTried(pool) ? "none" : pool.network;
    const { body, platform } = await slotSpec(facts, pool, host, options, network);
    const helper = {
      purpose: "dry-run",
      about: pool.key,
      body: isTried(pool) ? { ...body, ...DO_NOTHING } : body,
      platform,
    } as const;
    return await options.helpers.use(helper, async (id, warnings) => {
      const kept = (await facts.client.containers.inspect(id, options.signal))?.kept ?? null;
      const dropped = kept === null ? [] : droppedSettings(body.HostConfig ?? {}, kept);
      const bounds = kept === null ? [] : droppedBounds(body.HostConfig ?? {}, kept);
      if (bounds.length === 0 && isTried(pool)) await tryStart(facts, id, options.signal);
      return judged(pool, host, { dropped, bounds, said: discards(warnings) });
    });
  } catch (error) {
    return failed(pool, error);
  }
}

/** A container of the pool as the agent makes it, on that network. */
export async function slotSpec(
  facts: DockerFacts,
  pool: Pool,
  host: HostFeatures,
  options: PoolDryRunOptions,
  network: string,
): Promise<ContainerSpec> {
  const { instance, nowMs, dockerHost, proxy, clock, signal } = options;
  const spec = { name: "hookline-dry-run", pool, scope: "dry-run", runnerId: 1, jitConfig: "none" };
  const isShared = pool.container.docker === "socket";
  const dockerSocket = isShared ? await socketOnHost(facts.client, dockerHost, clock, signal) : null;
  const lent = { proxy, dockerSocket };
  return containerSpec({ spec, instance, host, network, createdAtMs: nowMs, lent });
}

/** Devices, GPUs, users, limits of processes and sources of mounts: engines look for them when a container starts. */
function isTried({ container }: Pool): boolean {
  const { runtime, user, devices, gpus, ulimits, caCertificates, capAdd } = container;
  return (
    [runtime, user, gpus, caCertificates].some((setting) => setting !== null) ||
    [devices, ulimits, capAdd].some(({ length }) => length > 0)
  );
}

/** An engine that comes as far as to look for the command has taken the rest; it answers 400 where the image has none. */
async function tryStart({ client }: DockerFacts, id: string, signal: AbortSignal): Promise<void> {
  try {
    await client.containers.start(id, signal);
  } catch (error) {
    if (
      !(error instanceof DockerError) ||
      error.code !== "rejected" ||
      !/executable file not found/.test(error.message)
    )
      throw error;
  }
}

interface ReadBackFindings {
  readonly dropped: readonly string[];
  /** Those of them without which no job runs. */
  readonly bounds: readonly string[];
  /** In the engine's words. */
  readonly said: readonly string[];
}

function judged({ key }: Pool, host: HostFeatures, { dropped, bounds, said }: ReadBackFindings): Finding {
  const done = `a container of the pool ${key} can be created; it was removed again`;
  if (dropped.length === 0 && said.length === 0) return { status: "pass", summary: done };
  const what = dropped.length === 0 ? "settings" : dropped.join(", ");
  const engine = `the engine (${describeEngine(host)})`;
  const detail = said.length === 0 ? {} : { detail: said.join("\n") };
  if (bounds.length > 0) {
    return {
      status: "fail",
      summary: `${engine} makes containers of the pool ${key} without ${bounds.join(", ")}, so none is started`,
      ...detail,
      remedy: `take ${bounds.join(" and ")} out of the pool in config/pools.yaml, or use an engine that has it`,
    };
  }
  return {
    status: "warn",
    summary: `${done}, but ${engine} dropped ${what}`,
    ...detail,
    remedy: `take ${what} out of the pool in config/pools.yaml, or give the engine what it lacks: docker info shows its warnings`,
  };
}

function failed(pool: Pool, error: unknown): Finding {
  if (!(error instanceof DockerError)) throw error;
  if (error.code === "permission") {
    return {
      status: "fail",
      summary: `a socket proxy before Docker refuses to create or remove containers (403)`,
      detail: error.message,
      remedy:
        'add to the proxy\'s allow-list: "-allowPOST=(/v1\\.\\d+)?/containers/create" "-allowDELETE=(/v1\\.\\d+)?/containers/[^/]+" (or its switches POST=1 CONTAINERS=1)',
    };
  }
  return {
    status: "fail",
    summary: `no container of the pool ${pool.key} can be made: ${error.message}`,
    remedy: error.remedy,
  };
}
