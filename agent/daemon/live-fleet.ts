import { servingPool, type ServingPool } from "../../shared/controller/pool-choice.ts";
import { enginesOf, LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import { namedRepositories, type Fleet, type Pool } from "../../shared/fleet/pool.ts";
import { poolHashes } from "../slots/pool-hash.ts";

/** What follows from a fleet; the same objects until the fleet changes. */
interface Served {
  readonly fleet: Fleet;
  readonly pools: readonly ServingPool[];
  readonly hashOf: (pool: string) => string | null;
}

/** The fleet as it is served now: the pools file as it was last taken up, each repository under the name it has by now. */
export class LiveFleet {
  readonly #architectures: Map<string, "amd64" | "arm64">;
  /** Present names by the names in the file, which are in lower case. */
  readonly #names = new Map<string, string>();
  #configured: Fleet;
  #served: Served;

  /** `architecture` is that of the host of the local engine; the others tell theirs. */
  constructor(fleet: Fleet, architecture: "amd64" | "arm64") {
    this.#architectures = new Map([[LOCAL_ENGINE, architecture]]);
    this.#configured = fleet;
    this.#served = this.#derive();
  }

  /** As the file says, each repository under the name that it has there. */
  get configured(): Fleet {
    return this.#configured;
  }

  get fleet(): Fleet {
    return this.#served.fleet;
  }

  get pools(): readonly ServingPool[] {
    return this.#served.pools;
  }

  /** What the runners of a pool are made of; null for a pool that there is not. */
  hashOf(pool: string): string | null {
    return this.#served.hashOf(pool);
  }

  /** Takes up another version of the file. Returns the pools that make other runners than before. */
  take(fleet: Fleet): readonly string[] {
    const before = this.#served;
    this.#configured = fleet;
    this.#served = this.#derive();
    const keys = fleet.pools.map(({ key }) => key);
    return keys.filter((key) => before.hashOf(key) !== null && before.hashOf(key) !== this.hashOf(key));
  }

  /** Whether a pool of the file names the repository that has this name by now. */
  names(repository: string): boolean {
    const name = repository.toLowerCase();
    return this.fleet.pools.some((pool) => namedRepositories(pool)?.some((each) => each.toLowerCase() === name));
  }

  /** Serves a repository under its new name. */
  rename(from: string, to: string): void {
    for (const name of this.#configured.pools.flatMap((pool) => namedRepositories(pool) ?? [])) {
      if (this.#present(name).toLowerCase() === from.toLowerCase()) this.#names.set(name.toLowerCase(), to);
    }
    this.#served = this.#derive();
  }

  #derive(): Served {
    const fleet = { ...this.#configured, pools: this.#configured.pools.map((pool) => this.#renamed(pool)) };
    const pools = fleet.pools.map((pool) => servingPool(pool, this.#architectureOf(pool)));
    return { fleet, pools, hashOf: poolHashes(fleet) };
  }

  /** That of its first engine; until it is known, the local one's. */
  #architectureOf(pool: Pool): "amd64" | "arm64" {
    const known = [...enginesOf(pool).slice(0, 1), LOCAL_ENGINE].flatMap((name) => this.#architectures.get(name) ?? []);
    return known[0] ?? "amd64";
  }

  /** An engine has told what it is: the runners of pools that prefer it carry its label. */
  learn(engine: string, architecture: string): void {
    if (engine === LOCAL_ENGINE || this.#architectures.get(engine) === architecture) return;
    if (architecture !== "amd64" && architecture !== "arm64") return;
    this.#architectures.set(engine, architecture);
    this.#served = this.#derive();
  }

  #present(name: string): string {
    return this.#names.get(name.toLowerCase()) ?? name;
  }

  #renamed(pool: Pool): Pool {
    const present = (names: readonly string[]): readonly string[] => names.map((name) => this.#present(name));
    const { scope, repositories } = pool;
    return {
      ...pool,
      repositories: repositories === null ? null : present(repositories),
      scope: scope.kind === "repositories" ? { ...scope, repositories: present(scope.repositories) } : scope,
    };
  }
}
