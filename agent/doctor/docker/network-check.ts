import type { Pool } from "../../../shared/fleet/pool.ts";
import { DockerError } from "../../docker/docker-error.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { orSkipped, type DockerFacts } from "./docker-facts.ts";
import { unaborted, withProbeContainer, type ProbeContainerOptions } from "./probe-container.ts";

/** What ends at once in nearly every image; the network is up before the engine looks for it. */
const HARMLESS = ["/bin/true"];
const NO_SUCH_COMMAND = /executable file not found|no such file or directory|permission denied|exec format error/i;
const NO_BRIDGE = /could not find bridge|bridge .* (does not exist|not found)|network bridge not found/i;

/**
 * Whether containers of the pools that use a network can start on it: the engine knows it, and what it stands on, such
 * as the host's `docker0`, is there. One container starts a harmless command and goes again. The engine sets up the
 * network before it looks for the command: https://docs.docker.com/engine/network/
 */
export async function judgeNetwork(
  facts: DockerFacts,
  network: string,
  pools: readonly Pool[],
  options: ProbeContainerOptions,
): Promise<Finding> {
  const image = await presentImage(facts, pools);
  const body = {
    Image: image,
    Entrypoint: HARMLESS,
    Cmd: [],
    HostConfig: { NetworkMode: network, RestartPolicy: { Name: "no" } as const },
  };
  const started: { error: DockerError | null } = { error: null };
  const use = async (id: string): Promise<void> => {
    started.error = await facts.client.containers.start(id, unaborted()).then(() => null, asDockerError);
  };
  try {
    await withProbeContainer(facts.client, { what: network, body, platform: null, use }, options);
  } catch (error) {
    throw new Skipped(`no container can be created or removed (${asDockerError(error).message}); see docker-create`);
  }
  const { error } = started;
  if (error !== null && !NO_SUCH_COMMAND.test(error.message)) return failed(network, pools, error);
  return { status: "pass", summary: `containers start on the network ${network}` };
}

function asDockerError(error: unknown): DockerError {
  if (error instanceof DockerError) return error;
  throw error;
}

async function presentImage(facts: DockerFacts, pools: readonly Pool[]): Promise<string> {
  for (const { image } of pools) if ((await orSkipped(facts.image(image))) !== null) return image;
  throw new Skipped("no image of these pools is here; see docker-image");
}

function failed(network: string, pools: readonly Pool[], error: DockerError): Finding {
  const names = pools.map(({ key }) => key).join(", ");
  const detail = error.message;
  if (error.code === "permission") throw new Skipped("a socket proxy refuses the calls; see docker-access");
  if (error.code === "not-found") {
    return {
      status: "fail",
      summary: `Docker has no network ${network}; no container of the pool ${names} can start`,
      detail,
      remedy: `docker network create ${network}, or set the pool's network in the pools file to one that docker network ls shows`,
    };
  }
  if (network === "bridge" || NO_BRIDGE.test(error.message)) {
    return {
      status: "fail",
      summary: `the host's bridge of the network ${network} is missing; no container of the pool ${names} can start`,
      detail,
      remedy:
        "restart Docker when no job runs: synopkg restart ContainerManager (Synology), or systemctl restart docker",
    };
  }
  return {
    status: "fail",
    summary: `no container of the pool ${names} can start on the network ${network}`,
    detail,
    remedy: error.remedy,
  };
}
