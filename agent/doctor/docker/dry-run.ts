import type { Pool } from "../../../shared/fleet/pool.ts";
import { containerSpec } from "../../slots/docker/container-spec.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { HelperContainers } from "../../slots/docker/helper-container.ts";
import type { HostFeatures } from "../../slots/docker/host-features.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { orDockerSkipped, type DockerFacts } from "./docker-facts.ts";

export interface PoolDryRunOptions {
  readonly helpers: HelperContainers;
  readonly instance: string;
  readonly nowMs: number;
}

/** Creates a pool's container as the agent would and removes it without starting it. */
export async function judgeDryRun(facts: DockerFacts, pool: Pool, options: PoolDryRunOptions): Promise<Finding> {
  const host = await orDockerSkipped(facts.host());
  if ((await orDockerSkipped(facts.image(pool.image))) === null) {
    throw new Skipped(`image ${pool.image} is not here; see docker-image`);
  }
  try {
    const helper = { purpose: "dry-run", about: pool.key, ...specOf(pool, host, options) } as const;
    await options.helpers.use(helper, async () => {});
  } catch (error) {
    return failed(pool, error);
  }
  return { status: "pass", summary: `a container of the pool ${pool.key} can be created; it was removed again` };
}

function specOf(pool: Pool, host: HostFeatures, { instance, nowMs }: PoolDryRunOptions) {
  const spec = { name: "hookline-dry-run", pool, scope: "dry-run", runnerId: 1, jitConfig: "none" };
  return containerSpec({ spec, instance, host, network: pool.network, createdAtMs: nowMs });
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
    summary: `no container of the pool ${pool.key} can be created: ${error.message}`,
    remedy: error.remedy,
  };
}
