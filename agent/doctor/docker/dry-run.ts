import type { Random } from "../../../shared/clock/clock.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { INSTANCE_LABEL } from "../../slots/docker/container-labels.ts";
import { containerSpec } from "../../slots/docker/container-spec.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { HostFeatures } from "../../slots/docker/host-features.ts";
import { Skipped, type Finding } from "../check.ts";
import { orSkipped, type DockerFacts } from "./docker-facts.ts";

/** In place of the agent's label: what carries it is never adopted as a slot. */
const DRY_RUN_LABEL = "hookline.dry-run";
/** A leftover of a doctor that was killed; one of a doctor that runs now is younger. */
const LEFTOVER_MS = 60_000;

export interface DryRunOptions {
  readonly instance: string;
  readonly random: Random;
  readonly nowMs: number;
}

/** Creates a pool's container as the agent would, starts it not, and removes it again. */
export async function judgeDryRun(facts: DockerFacts, pool: Pool, options: DryRunOptions): Promise<Finding> {
  const host = await orSkipped(facts.host());
  if ((await orSkipped(facts.image(pool.image))) === null) {
    throw new Skipped(`image ${pool.image} is not here; docker-image tells of it`);
  }
  await sweepLeftovers(facts.client, options);
  try {
    await createAndRemove(facts.client, pool, host, options);
  } catch (error) {
    return failed(pool, error);
  }
  return { status: "pass", summary: `a container of the pool ${pool.key} can be created; it was removed again` };
}

/** Neither call is cut short: the engine would do it all the same, and the container would stay. */
async function createAndRemove(
  client: DockerClient,
  pool: Pool,
  host: HostFeatures,
  options: DryRunOptions,
): Promise<void> {
  // A dot is in no slot's name, so that this one can never be taken for a slot.
  const name = `hookline.dry-run.${pool.key}.${Math.floor(options.random() * 2 ** 40).toString(36)}`;
  const { body, platform } = specOf(pool, host, options);
  const id = await client.containers.create(name, body, platform, unaborted());
  await client.containers.remove(id, { force: true }, unaborted());
}

function specOf(pool: Pool, host: HostFeatures, { instance, nowMs }: DryRunOptions) {
  const spec = { name: "hookline-dry-run", pool, scope: "dry-run", runnerId: 1, jitConfig: "none" };
  const { body, platform } = containerSpec({ spec, instance, host, network: pool.network, createdAtMs: nowMs });
  const { [INSTANCE_LABEL]: _own, ...labels } = body.Labels ?? {};
  return { platform, body: { ...body, Labels: { ...labels, [DRY_RUN_LABEL]: instance } } };
}

async function sweepLeftovers(client: DockerClient, { instance, nowMs }: DryRunOptions): Promise<void> {
  const rows = await orSkipped(client.containers.list(DRY_RUN_LABEL, instance, unaborted()));
  for (const { id } of rows) {
    const found = await client.containers.inspect(id, unaborted()).catch(() => null);
    if (found?.createdAtMs == null || nowMs - found.createdAtMs < LEFTOVER_MS) continue;
    await client.containers.remove(id, { force: true }, unaborted()).catch(() => false);
  }
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

function unaborted(): AbortSignal {
  return new AbortController().signal;
}
