import { hostname } from "node:os";

import type { Clock } from "../../../shared/clock/clock.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import type { DockerHost } from "../../docker/docker-host.ts";
import { NO_PROXY, type OwnProxy } from "../../settings/own-proxy.ts";
import { inspectSoon } from "./inspect-soon.ts";

/** What of the agent's own its jobs may get, if their pool asks for it. */
export interface Lent {
  readonly proxy: OwnProxy;
  /** The engine's socket by its path on the host; null where the agent reaches the engine over TCP. */
  readonly dockerSocket: string | null;
}

export const NOTHING_LENT: Lent = { proxy: NO_PROXY, dockerSocket: "/var/run/docker.sock" };

/**
 * The socket that the agent uses, by its path on the engine's host, which mounts are made of. An agent in a container
 * has it by a path of the container's; Docker gives the container its id for a host name. Where the engine knows no such
 * container, the path is the host's own.
 */
export async function socketOnHost(
  client: DockerClient,
  host: DockerHost,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | null> {
  if (host.kind !== "unix") return null;
  const { socketPath } = host;
  const self = await inspectSoon(client, hostname(), clock, signal).catch(() => null);
  signal.throwIfAborted();
  const path = canonical(socketPath);
  const [nearest] = (self?.mounts ?? [])
    .map(({ source, destination }) => ({ source, destination: canonical(destination) }))
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .toSorted((a, b) => b.destination.length - a.destination.length);
  return nearest === undefined ? socketPath : nearest.source + path.slice(nearest.destination.length);
}

/** `/var/run` has been a link to `/run` for long. https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch05s13.html */
function canonical(path: string): string {
  return path.replace(/^\/var\/run(?=\/|$)/, "/run").replace(/\/$/, "");
}
