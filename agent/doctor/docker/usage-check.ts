import type { Pool } from "../../../shared/fleet/pool.ts";
import { bytesText } from "../../../shared/text/bytes-text.ts";
import { ownCaches } from "../../slots/docker/cache-volumes.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { isRefused, orDockerSkipped, type DockerFacts } from "./docker-facts.ts";
import { freeSpace } from "./free-space.ts";

/** The engine adds up all files of all volumes; the doctor's other answers do not wait for that. */
const PATIENCE_MS = 5000;

export interface UsageWorld {
  readonly instance: string;
  readonly dataFolder: string;
  readonly pools: readonly Pool[];
}

/** What Docker keeps on its disk, and how much of it the pools' caches are: they grow until somebody empties them. */
export async function judgeUsage(
  facts: DockerFacts,
  { instance, dataFolder, pools }: UsageWorld,
  signal: AbortSignal,
): Promise<Finding> {
  const { rootDir } = await orDockerSkipped(facts.host());
  const usage = await usageOf(facts, signal);
  const caches = ownCaches(usage.volumes, instance, pools);
  const unknown = caches.filter(({ sizeBytes }) => sizeBytes === null).length;
  if (unknown > 0 && unknown === caches.length) throw new Skipped("the engine does not tell how big its volumes are");
  const cacheBytes = sum(caches);
  const images = usage.imageBytes === null ? "?" : bytesText(usage.imageBytes);
  const detail = [
    `all images ${images}, all volumes ${bytesText(sum(usage.volumes))}`,
    `build cache ${bytesText(usage.buildCacheBytes)}`,
    ...(pools.some(({ container }) => container.docker === "socket")
      ? ["jobs with docker: socket leave images, volumes and build cache, which the agent does not touch"]
      : []),
  ].join("; ");
  const free = await freeSpace([rootDir, dataFolder, "/"]);
  const beside = free === null ? "" : `; ${bytesText(free.bytes)} free`;
  const rest = unknown === 0 ? "" : `, ${unknown} of them of unknown size`;
  const summary = `caches take ${bytesText(cacheBytes)} in ${countText(caches.length, "volume")}${rest}${beside}`;
  if (free === null || cacheBytes <= free.bytes) return { status: "pass", summary, detail };
  return { status: "warn", summary, detail, remedy: "hookline caches, then hookline caches prune NAME" };
}

async function usageOf(facts: DockerFacts, signal: AbortSignal) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await facts.client.volumes.usage(AbortSignal.any([signal, patience]));
  } catch (error) {
    if (isRefused(error)) throw new Skipped("a proxy before the engine lacks -allowGET=(/v1\\.\\d+)?/system/df");
    signal.throwIfAborted();
    if (patience.aborted)
      throw new Skipped("the engine takes long to add up its volumes; hookline caches waits for it");
    return orDockerSkipped(Promise.reject(error instanceof Error ? error : new Error(String(error))));
  }
}

function sum(volumes: readonly { readonly sizeBytes: number | null }[]): number {
  return volumes.reduce((total, { sizeBytes }) => total + (sizeBytes ?? 0), 0);
}
