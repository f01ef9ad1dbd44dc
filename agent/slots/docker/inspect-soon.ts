import type { Clock } from "../../../shared/clock/clock.ts";
import { soon } from "../../clock/soon.ts";
import type { ContainerDetail } from "../../docker/container-answers.ts";
import type { DockerClient } from "../../docker/docker-client.ts";

/** A healthy engine looks a thing up in milliseconds; a stuck one must not be waited for. */
export const LOOK_MS = 3000;

/**
 * A container by its id or name; null where there is none. Throws DockerError, and an error of its own where the engine has
 * not answered within three seconds.
 */
export function inspectSoon(
  client: DockerClient,
  ref: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<ContainerDetail | null> {
  return soon((until) => client.containers.inspect(ref, until), LOOK_MS, clock, signal);
}
