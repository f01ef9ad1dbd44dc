import { messageOf } from "../../../shared/errors/message-of.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import type { VolumeUsage } from "../../docker/volume-api.ts";
import { ownPrefix } from "../slot-name.ts";

/** A cache's volume on the engine. */
export interface CacheVolume {
  readonly pool: string;
  /** Name of the cache within its pool. */
  readonly name: string;
  readonly volume: string;
  /** Null where the engine does not know. */
  readonly sizeBytes: number | null;
  /** Whether the pools file has it: a pool or a cache that was taken out leaves its volume. */
  readonly isConfigured: boolean;
}

type PoolCaches = Pick<Pool, "key" | "container">;

/** Names of caches hold no dot. */
const HOST_USERS = ".host";

/**
 * The volume of a cache; its name says whose it is, since instance names hold no double hyphen. On an engine with
 * userns-remap jobs in the host's user namespace have one of their own: files that a remapped job has made belong to
 * another user there, and the other way round.
 */
export function cacheVolumeName(instance: string, poolKey: string, cache: string, hasHostUsers = false): string {
  return `${ownPrefix(instance)}${poolKey}--${cache}${hasHostUsers ? HOST_USERS : ""}`;
}

/** Those of `volumes` that are this instance's caches, the pools of the file in their order first. */
export function ownCaches(
  volumes: readonly VolumeUsage[],
  instance: string,
  pools: readonly PoolCaches[],
): readonly CacheVolume[] {
  const prefix = ownPrefix(instance);
  const own = volumes.flatMap(({ name: volume, sizeBytes }): readonly CacheVolume[] => {
    if (!volume.startsWith(prefix)) return [];
    const known = configured(pools, instance, volume);
    if (known !== null) return [{ ...known, volume, sizeBytes, isConfigured: true }];
    const [pool = "", ...name] = withoutSuffix(volume).slice(prefix.length).split("--");
    return name.length === 0 ? [] : [{ pool, name: name.join("--"), volume, sizeBytes, isConfigured: false }];
  });
  const place = ({ pool }: CacheVolume): number => {
    const at = pools.findIndex(({ key }) => key === pool);
    return at === -1 ? pools.length : at;
  };
  return own.toSorted((a, b) => place(a) - place(b) || a.volume.localeCompare(b.volume));
}

function withoutSuffix(volume: string): string {
  return volume.endsWith(HOST_USERS) ? volume.slice(0, -HOST_USERS.length) : volume;
}

function configured(
  pools: readonly PoolCaches[],
  instance: string,
  volume: string,
): Pick<CacheVolume, "pool" | "name"> | null {
  for (const { key, container } of pools) {
    const cache = container.caches.find(({ name }) => cacheVolumeName(instance, key, name) === withoutSuffix(volume));
    if (cache !== undefined) return { pool: key, name: cache.name };
  }
  return null;
}

/** What became of a volume that was to go: removed, gone already, kept for the containers named, or refused by the engine. */
export type Pruned =
  | { readonly kind: "removed" | "gone" }
  | { readonly kind: "in-use"; readonly usedBy: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Removes a cache's volume unless a container has it, running or not. Never by force. One that the engine cannot remove
 * is told, so that the others go. Throws the signal's reason.
 */
export async function pruneCache(client: DockerClient, { volume }: CacheVolume, signal: AbortSignal): Promise<Pruned> {
  try {
    const usedBy = await usersOf(client, volume, signal);
    if (usedBy.length > 0) return { kind: "in-use", usedBy };
    const kind = await client.volumes.remove(volume, signal);
    return kind === "in-use" ? { kind, usedBy: await usersOf(client, volume, signal) } : { kind };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "failed", message: messageOf(error) };
  }
}

/** Names of the containers that have a volume. Throws DockerError. */
export async function usersOf(client: DockerClient, volume: string, signal: AbortSignal): Promise<readonly string[]> {
  const rows = await client.containers.mounting(volume, signal);
  return rows.map(({ name }) => name);
}
