import type { Pool } from "../../../shared/fleet/pool.ts";
import type { DockerHost } from "../../docker/docker-host.ts";
import { describeHost } from "../../docker/docker-host.ts";
import { SlotError } from "../slot-provider.ts";
import { isRemapped, usernsOf } from "./container-options.ts";
import type { HostFeatures } from "./host-features.ts";

/** What a pool asks for that cannot be had here, with what helps. */
export interface PoolRefusal {
  readonly message: string;
  readonly remedy: string;
}

/** Why no slot of this pool can be made, as far as that is known without trying; null where nothing is. */
export function poolRefusal(pool: Pool, host: HostFeatures, dockerHost: DockerHost): PoolRefusal | null {
  return socketRefusal(pool, dockerHost) ?? runtimeRefusal(pool, host) ?? networkRefusal(pool, host);
}

/** Over TCP the engine's socket is somebody else's, as a rule a proxy's that is there to keep it back. */
export function socketRefusal({ key, container }: Pool, dockerHost: DockerHost): PoolRefusal | null {
  if (container.docker !== "socket" || dockerHost.kind === "unix") return null;
  return {
    message: `The pool ${key} says docker: socket, and the agent has no Docker socket to share: it reaches the engine at ${describeHost(dockerHost)}.`,
    remedy:
      "Set DOCKER_HOST to the engine's socket, as unix:///var/run/docker.sock, or docker: none in config/pools.yaml.",
  };
}

/**
 * Engines from 23 on take the name of a containerd shim without listing it.
 * https://docs.docker.com/engine/daemon/alternative-runtimes/
 */
function runtimeRefusal({ key, container }: Pool, { runtimes }: HostFeatures): PoolRefusal | null {
  const { runtime } = container;
  if (runtime === null || runtimes === null || runtimes.includes(runtime)) return null;
  if (runtime.startsWith("io.containerd.")) return null;
  return {
    message: `The pool ${key} asks for the runtime ${runtime}, and the engine has ${runtimes.join(", ")}.`,
    remedy: `Install ${runtime}, name it under "runtimes" in /etc/docker/daemon.json and restart Docker; or take runtime out of the pool in config/pools.yaml.`,
  };
}

/**
 * A remapped user namespace cannot share the host's network; a container in the host's own can.
 * https://docs.docker.com/engine/security/userns-remap/#user-namespace-known-limitations
 */
function networkRefusal(pool: Pool, host: HostFeatures): PoolRefusal | null {
  if (pool.network !== "host" || !isRemapped(host) || usernsOf(pool, host).UsernsMode === "host") return null;
  return {
    message: `The pool ${pool.key} says network: host, which an engine with userns-remap gives no container of its own user namespace.`,
    remedy:
      "Take network out of the pool in config/pools.yaml: its jobs are then on a bridge; or name a network of your own there.",
  };
}

/** @throws {SlotError} `host` for a refusal: no runner is made for a container that cannot be. */
export function refuse(refusal: PoolRefusal | null): void {
  if (refusal !== null) throw new SlotError("host", refusal.message, refusal.remedy);
}
