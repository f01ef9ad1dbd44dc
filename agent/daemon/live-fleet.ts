import { servingPool, type ServingPool } from "../../shared/controller/pool-choice.ts";
import type { Fleet, Pool } from "../../shared/fleet/pool.ts";
import { poolHashes } from "../slots/pool-hash.ts";

/**
 * The fleet as it is served now: the pools file as it was last taken up, each repository under the name that it has by
 * now. What is derived from it stays the same object until it changes.
 */
export class LiveFleet {
  readonly #architecture: "amd64" | "arm64";
  #configured: Fleet;
  /** Present names by the names in the file, which are in lower case. */
  readonly #names = new Map<string, string>();
  #fleet: Fleet;
  #pools: readonly ServingPool[];
  #hashOf: (pool: string) => string | null;

  /** `architecture` is that of the host that runs the containers. */
  constructor(fleet: Fleet, architecture: "amd64" | "arm64") {
    this.#architecture = architecture;
    this.#configured = fleet;
    this.#fleet = fleet;
    this.#pools = this.#serving();
    this.#hashOf = poolHashes(fleet);
  }

  get fleet(): Fleet {
    return this.#fleet;
  }

  get pools(): readonly ServingPool[] {
    return this.#pools;
  }

  /** What the runners of a pool are made of; null for a pool that there is not. */
  hashOf(pool: string): string | null {
    return this.#hashOf(pool);
  }

  /** Takes up another version of the file. Returns the pools that make other runners than before. */
  take(fleet: Fleet): readonly string[] {
    const before = this.#hashOf;
    this.#configured = fleet;
    this.#derive();
    const keys = fleet.pools.map(({ key }) => key);
    return keys.filter((key) => before(key) !== null && before(key) !== this.#hashOf(key));
  }

  /** Whether the file names this repository, or named it under another name. */
  names(repository: string): boolean {
    const name = repository.toLowerCase();
    return this.#fleet.pools.some((pool) => namedBy(pool).some((each) => each.toLowerCase() === name));
  }

  /** Serves a repository under its new name. */
  rename(from: string, to: string): void {
    for (const pool of this.#configured.pools) {
      for (const name of namedBy(pool)) {
        const now = this.#names.get(name.toLowerCase()) ?? name;
        if (now.toLowerCase() === from.toLowerCase()) this.#names.set(name.toLowerCase(), to);
      }
    }
    this.#derive();
  }

  #derive(): void {
    this.#fleet = { ...this.#configured, pools: this.#configured.pools.map((pool) => this.#renamed(pool)) };
    this.#pools = this.#serving();
    this.#hashOf = poolHashes(this.#fleet);
  }

  #serving(): readonly ServingPool[] {
    return this.#fleet.pools.map((pool) => servingPool(pool, this.#architecture));
  }

  #renamed(pool: Pool): Pool {
    const present = (name: string): string => this.#names.get(name.toLowerCase()) ?? name;
    const { scope, repositories } = pool;
    return {
      ...pool,
      repositories: repositories?.map(present) ?? null,
      scope: scope.kind === "repositories" ? { ...scope, repositories: scope.repositories.map(present) } : scope,
    };
  }
}

function namedBy({ scope, repositories }: Pool): readonly string[] {
  return [...(repositories ?? []), ...(scope.kind === "repositories" ? scope.repositories : [])];
}
