import type { ContainerCreateRequest, HostConfig } from "@docker/node-sdk";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { cacheVolumeName } from "./cache-volumes.ts";
import { isPrivileged } from "../../../shared/fleet/docker-access.ts";
import { certificateMounts, certificateVariables, hardened, type BindMount } from "./container-hardening.ts";
import type { HostFeatures } from "./host-features.ts";
import { proxyVariables } from "./job-proxy.ts";
import type { Lent } from "./lent.ts";

/** What a pool's own options make of its containers. */
export interface AppliedOptions {
  readonly hostConfig: HostConfig;
  /** Anonymous volumes, which go with the container. */
  readonly volumes: Pick<ContainerCreateRequest, "Volumes">;
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface CacheMount {
  readonly Type: "volume";
  /** Name of the volume. */
  readonly Source: string;
  /** Path in the container. */
  readonly Target: string;
}

/** Where tools look for it in a container. */
const SOCKET = "/var/run/docker.sock";
const DOCKER_DATA = "/var/lib/docker";
/** The runner waits so long for the Docker that its image starts beside it. */
const DOCKER_WAIT_SECONDS = 60;

/** The options of a pool in the engine's words. Caches are volumes of this agent and this pool alone. */
export function applyOptions(pool: Pool, instance: string, host: HostFeatures, lent: Lent): AppliedOptions {
  const { container, workFolder } = pool;
  const { env, labels, shmBytes, tmpfs, dns, docker } = container;
  const isDind = docker === "dind";
  const isShared = docker === "socket";
  const mounts = [
    ...cacheMounts(pool, instance, host),
    ...certificateMounts(container),
    ...(isShared ? socketMounts(lent.dockerSocket) : []),
  ];
  return {
    hostConfig: {
      ...(shmBytes === null ? {} : { ShmSize: shmBytes }),
      ...(Object.keys(tmpfs).length === 0 ? {} : { Tmpfs: tmpfs }),
      ...hardened(container),
      ...(mounts.length === 0 ? {} : { Mounts: mounts }),
      ...(dns.length === 0 ? {} : { Dns: [...dns] }),
      ...(isShared ? { Binds: [`${workFolder}:${workFolder}`], GroupAdd: [String(container.dockerGroup)] } : {}),
      ...(isPrivileged(container) ? { Privileged: true } : {}),
      ...usernsOf(pool, host),
    },
    volumes: isDind ? { Volumes: { [DOCKER_DATA]: {} } } : {},
    env: [
      ...proxyVariables(pool, lent.proxy),
      ...certificateVariables(pool),
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...(isDind ? [`RUNNER_WAIT_FOR_DOCKER_IN_SECONDS=${DOCKER_WAIT_SECONDS}`] : []),
    ],
    labels,
  };
}

/**
 * The engine refuses privilege inside a remapped user namespace. A privileged container is root on the host in any case.
 * https://docs.docker.com/engine/security/userns-remap/#disable-namespace-remapping-for-a-container
 */
export function usernsOf({ container }: Pick<Pool, "container">, host: HostFeatures): HostConfig {
  return isPrivileged(container) && isRemapped(host) ? { UsernsMode: "host" } : {};
}

/** Whether users of containers are others on the host. https://docs.docker.com/engine/security/userns-remap/ */
export function isRemapped({ securityOptions }: HostFeatures): boolean {
  return securityOptions.some((option) => option.split(",").includes("name=userns"));
}

/** The volumes of a pool's caches, which the engine makes where they are not there yet. */
export function cacheMounts(
  pool: Pick<Pool, "key" | "container">,
  instance: string,
  host: HostFeatures,
): readonly CacheMount[] {
  const { key, container } = pool;
  const hasHostUsers = usernsOf(pool, host).UsernsMode === "host";
  return container.caches.map(({ name, path }) => ({
    Type: "volume",
    Source: cacheVolumeName(instance, key, name, hasHostUsers),
    Target: path,
  }));
}

/**
 * The engine's own socket. A mount is refused where its source is missing; a bind would make a folder of that name. The
 * work folder, bound beside it, has one path on both sides: container jobs mount it by its path on the host.
 * https://docs.docker.com/engine/storage/bind-mounts/
 */
function socketMounts(source: string | null): readonly BindMount[] {
  return source === null ? [] : [{ Type: "bind", Source: source, Target: SOCKET }];
}
