import type { ContainerOptions } from "./container-options.ts";
import type { EngineSetting } from "./engine.ts";
import type { Schedule } from "../schedule/schedule-entry.ts";
import type { HoldWhile } from "./hold-while.ts";
import { isSameName, type LeftOutRepository, type RepositoryPatterns } from "./repository-patterns.ts";
import type { PoolSizes } from "./sizes.ts";

/** Where a pool's runners register: with an organization's runner group, or with single repositories. */
export type PoolScope =
  | { readonly kind: "organization"; readonly organization: string; readonly runnerGroup: string }
  | { readonly kind: "repositories"; readonly repositories: readonly string[] };

/** How many slots a pool may hold, and how eagerly it grows and shrinks. */
export interface Scaling {
  /** Slots kept warm; 0 is allowed. */
  readonly min: number;
  /** Slots that may exist at the same time. */
  readonly max: number;
  /** Uncovered jobs that make the pool scale at once. */
  readonly queueThreshold: number;
  /** How long an idle surplus slot lives, and how long a job waits at most below the threshold. */
  readonly cooldownSeconds: number;
}

/** Limits asked of Docker; each is applied only where the host can enforce it. */
export interface PoolResources {
  /** CPUs, fractions allowed, as `docker run --cpus` takes them. */
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly pidsLimit?: number;
  /** Relative weight where CPUs are short; 1024 is the usual one. */
  readonly cpuShares?: number;
}

export type Architecture = "auto" | "amd64" | "arm64";
export type Visibility = "private" | "public" | "any";

/** One pool of config/pools.yaml after defaults, interpolation and checks: labels + limits + image. */
export interface Pool {
  readonly key: string;
  readonly scope: PoolScope;
  /** Which repositories a pool takes by visibility; `internal` repositories count as private. */
  readonly visibility: Visibility;
  /** `owner/name` of the repositories it may serve, or null for all within its scope. */
  readonly repositories: readonly string[] | null;
  /** Which it serves beside those that it names, by whose they are; absent where it has no such pattern. */
  readonly patterns?: RepositoryPatterns;
  /** What its patterns leave out of what GitHub lists; absent where nobody has asked GitHub. */
  readonly leftOut?: readonly LeftOutRepository[];
  /** Labels of its runners beyond the implied `self-hosted`, OS and architecture. */
  readonly labels: readonly string[];
  /** Whether it serves jobs that name only a runner group (`labels: []`). */
  readonly groupOnly: boolean;
  readonly scaling: Scaling;
  /** Slots that may be started for jobs of one repository, beside those that run its jobs; no bound where it is absent. */
  readonly maxPerRepository?: number;
  /** Among pools that are short of room the highest goes first; 0 where it is absent. */
  readonly priority?: number;
  /** What of this machine's other work keeps it from starting slots here; nothing where it is absent. */
  readonly holdWhile?: HoldWhile;
  /** Hours with other numbers of slots; none where it is absent. */
  readonly schedule?: Schedule;
  readonly architecture: Architecture;
  /** Image reference with tag or digest. */
  readonly image: string;
  /** Command run in the container; the runner image's own start script by default. */
  readonly command: readonly string[];
  /**
   * Work folder of the jobs, relative to the runner root, as GitHub's JIT call takes it. With `docker: socket` an
   * absolute path, of the host and of the container alike.
   */
  readonly workFolder: string;
  /** Docker network of the containers: `bridge`, `host` or the name of one. */
  readonly network: string;
  /** Folder on the host that version 1 files name; kept for them, unused by Hookline's ephemeral slots. */
  readonly runnerRoot: string | null;
  readonly resources: PoolResources;
  /** What jobs may ask for by label; nothing where it is absent. A runner without a job has no size. */
  readonly sizes?: PoolSizes;
  readonly container: ContainerOptions;
  /** Engines that its slots may be on, the preferred one first; `local` alone where it is absent. */
  readonly engines?: readonly string[];
  /** Which nodes of a swarm take its slots; any with room where it is absent. */
  readonly placement?: Placement;
}

/** In Docker's words, as `docker service create` takes them. */
export interface Placement {
  readonly constraints: readonly string[];
  readonly spread: readonly string[];
}

/** All pools of one operator, in file order: the order in which a job tries them. */
export interface Fleet {
  readonly version: 1 | 2;
  /** Slots of all pools together that the machine may hold; no bound where it is absent. */
  readonly maxSlots?: number;
  /** Engines that the file names, in its order; `local` is there without a word. */
  readonly engines?: readonly EngineSetting[];
  readonly pools: readonly Pool[];
}

/** `owner/name` of the repositories that a pool names; null for one that takes whatever its organization holds. */
export function namedRepositories({
  scope,
  repositories,
}: Pick<Pool, "scope" | "repositories">): readonly string[] | null {
  return scope.kind === "repositories" ? scope.repositories : repositories;
}

/** The accounts whose runners a pool's are. */
export function ownersOf(pool: Pool): readonly string[] {
  if (pool.scope.kind === "organization") return [pool.scope.organization];
  const named = pool.scope.repositories.map((repository) => repository.split("/")[0] ?? "");
  const accounts = pool.patterns?.accounts ?? [];
  const others = accounts.filter((account) => !named.some((name) => isSameName(name, account)));
  return [...new Set([...named, ...others])];
}
