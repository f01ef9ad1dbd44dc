import { createHash } from "node:crypto";

import { PLAIN_CONTAINER, type ContainerOptions } from "../../shared/fleet/container-options.ts";
import type { Fleet, Pool } from "../../shared/fleet/pool.ts";

const CHARACTERS = 12;

/**
 * What the runners of a pool are made of, by the pool's own settings: a runner of another hash cannot stand for a new
 * one. How many there are, and what this version makes of the settings, is not in it, so that an upgrade drains nothing.
 */
export function poolHash(pool: Pool): string {
  const { scope, labels, groupOnly, architecture, image, command, workFolder, network, runnerRoot, resources } = pool;
  const group = scope.kind === "organization" ? scope.runnerGroup : null;
  const container = told(pool.container);
  const made = {
    group,
    labels,
    groupOnly,
    architecture,
    image,
    command,
    workFolder,
    network,
    runnerRoot,
    resources,
    container,
  };
  return shortHash(made);
}

/** Twelve hexadecimal digits that change with the value as JSON: enough to tell settings apart. */
export function shortHash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, CHARACTERS);
}

/**
 * Options that differ from their defaults: a later version may know more of them. `pull: missing` was the default before
 * the image's name decided, and counts as unsaid still.
 */
function told({ pull, ...others }: ContainerOptions): object {
  const options = { ...others, pull: pull === "missing" ? null : pull };
  const plain: Readonly<Record<string, unknown>> = { ...PLAIN_CONTAINER };
  const isTold = ([key, value]: [string, unknown]): boolean => JSON.stringify(value) !== JSON.stringify(plain[key]);
  return Object.fromEntries(
    Object.entries(options)
      .filter(isTold)
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );
}

/** The hash of each pool of a fleet by its key; null for a pool that is not in it. */
export function poolHashes({ pools }: Fleet): (key: string) => string | null {
  const hashes = new Map(pools.map((pool) => [pool.key, poolHash(pool)]));
  return (key) => hashes.get(key) ?? null;
}
