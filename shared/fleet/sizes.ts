import { formatBytes, memoryBytes, SMALLEST_MEMORY_BYTES } from "./memory-size.ts";

/** How far jobs may go that ask a pool for a runner of their size; what is absent cannot be asked for. */
export interface PoolSizes {
  /** Most that `mem=…` may ask for. */
  readonly memoryBytes?: number;
  /** Most that `cpu=…` may ask for. */
  readonly cpus?: number;
}

/** A size that a pool does not give: the label, whether it is no size at all, and how far the pool goes, such as `8 GiB`. */
export interface BeyondSize {
  readonly label: string;
  readonly isSize: boolean;
  readonly most: string;
}

/** The least that Docker can enforce by a quota is 1 ms of each 100. https://docs.docker.com/engine/containers/resource_constraints/#cpu */
const FEWEST_CPUS = 0.01;

interface Dimension {
  readonly prefix: "mem=" | "cpu=";
  readonly resource: "memoryBytes" | "cpus";
  /** The number that a label asks for; null for a text that is none. */
  readonly read: (text: string) => number | null;
  readonly least: number;
  readonly words: (most: number) => string;
}

const DIMENSIONS: readonly Dimension[] = [
  {
    prefix: "mem=",
    resource: "memoryBytes",
    read: memoryBytes,
    least: SMALLEST_MEMORY_BYTES,
    words: formatBytes,
  },
  {
    prefix: "cpu=",
    resource: "cpus",
    read: (text) => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null),
    least: FEWEST_CPUS,
    words: (most) => `${most} CPUs`,
  },
];

/**
 * The labels by which a job asks this pool for a size: in lower case, sorted, each once. GitHub gives a job to a runner
 * that has all of its labels, so a runner of that size carries them as the job spells them.
 *
 * https://docs.github.com/en/actions/how-tos/write-workflows/choose-where-workflows-run/choose-the-runner-for-a-job
 */
export function sizeLabelsOf(sizes: PoolSizes | undefined, labels: readonly string[]): readonly string[] {
  if (sizes === undefined) return [];
  const asked = labels.map((label) => label.toLowerCase()).filter((label) => dimensionOf(sizes, label) !== null);
  return asked.length < 2 ? asked : [...new Set(asked)].toSorted();
}

/** Those of `sizeLabels` that ask for more than the pool gives, or for nothing that can be given. */
export function beyondSizes(sizes: PoolSizes, sizeLabels: readonly string[]): readonly BeyondSize[] {
  return sizeLabels.flatMap((label) => {
    const dimension = dimensionOf(sizes, label);
    const most = dimension === null ? undefined : sizes[dimension.resource];
    if (dimension === null || most === undefined) return [];
    const asked = dimension.read(label.slice(dimension.prefix.length));
    const isSize = asked !== null && asked >= dimension.least;
    return isSize && asked <= most ? [] : [{ label, isSize, most: dimension.words(most) }];
  });
}

/** The limits of a runner with these size labels; of two for the same limit the larger holds. */
export function resourcesOfSize<Limits extends PoolSizes>(resources: Limits, sizeLabels: readonly string[]): Limits {
  const asked: { memoryBytes?: number; cpus?: number } = {};
  for (const label of sizeLabels) {
    const dimension = DIMENSIONS.find(({ prefix }) => label.startsWith(prefix));
    const amount = dimension?.read(label.slice(dimension.prefix.length)) ?? null;
    if (dimension === undefined || amount === null) continue;
    asked[dimension.resource] = Math.max(asked[dimension.resource] ?? 0, amount);
  }
  return { ...resources, ...asked };
}

/** What stands for all size labels of the pool in the routes that the edge gets, `mem=*` for example. */
export function sizePatterns(sizes: PoolSizes | undefined): readonly string[] {
  return prefixesOf(sizes).map((prefix) => `${prefix}*`);
}

/** What the size labels of the pool begin with. */
export function prefixesOf(sizes: PoolSizes | undefined): readonly string[] {
  return DIMENSIONS.filter(({ resource }) => sizes?.[resource] !== undefined).map(({ prefix }) => prefix);
}

/** How far the pool goes, for people; empty for one without sizes. */
export function describeSizes(sizes: PoolSizes | undefined): string {
  const parts = DIMENSIONS.flatMap(({ prefix, resource, words }) => {
    const most = sizes?.[resource];
    return most === undefined ? [] : [`${prefix}… up to ${words(most)}`];
  });
  return parts.join(", ");
}

/** Whether a pool of these sizes gives whatever the other gives. */
export function includesSizes(sizes: PoolSizes | undefined, other: PoolSizes | undefined): boolean {
  return DIMENSIONS.every(({ resource }) => (other?.[resource] ?? 0) <= (sizes?.[resource] ?? 0));
}

/** Whether a runner with the size labels `held` may be given a job that asks for `asked`. */
export function hasSize(held: readonly string[], asked: readonly string[]): boolean {
  return asked.every((label) => held.includes(label));
}

function dimensionOf(sizes: PoolSizes, label: string): Dimension | null {
  return DIMENSIONS.find(({ prefix, resource }) => sizes[resource] !== undefined && label.startsWith(prefix)) ?? null;
}
