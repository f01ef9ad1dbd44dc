import type { PoolResources } from "./pool.ts";

/** The limits under the names that say their units; what the file leaves out stays out. */
export function resourcesOf(stated: {
  readonly cpus?: number | undefined;
  readonly memory?: number | undefined;
  readonly pidsLimit?: number | undefined;
  readonly cpuShares?: number | undefined;
}): PoolResources {
  return {
    ...(stated.cpus === undefined ? {} : { cpus: stated.cpus }),
    ...(stated.memory === undefined ? {} : { memoryBytes: stated.memory }),
    ...(stated.pidsLimit === undefined ? {} : { pidsLimit: stated.pidsLimit }),
    ...(stated.cpuShares === undefined ? {} : { cpuShares: stated.cpuShares }),
  };
}

/** Each name once, as first written: GitHub does not tell cases apart in labels, owners and repositories. */
export function withoutRepeats(names: readonly string[]): readonly string[] {
  const first = new Map<string, string>();
  for (const name of names) if (!first.has(name.toLowerCase())) first.set(name.toLowerCase(), name);
  return [...first.values()];
}

/**
 * The image with a tag, `latest` where it has neither tag nor digest: without one the engine pulls every tag.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageCreate
 */
export function withTag(image: string): string {
  return /@|:[^/]*$/.test(image) ? image : `${image}:latest`;
}
