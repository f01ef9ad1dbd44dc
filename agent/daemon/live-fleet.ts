import { servingPool, type ServingPool } from "../../shared/controller/pool-choice.ts";
import { enginesOf, LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import { accountsOfPatterns, fillIn } from "../../shared/fleet/fill-in.ts";
import { namedRepositories, type Fleet, type Pool } from "../../shared/fleet/pool.ts";
import { isSameName, type ListedRepository } from "../../shared/fleet/repository-patterns.ts";
import { poolHashes } from "../slots/pool-hash.ts";

/** What follows from a fleet; the same objects until the fleet changes. */
interface Served {
  readonly fleet: Fleet;
  readonly pools: readonly ServingPool[];
  readonly hashOf: (pool: string) => string | null;
}

/**
 * The fleet as it is served now: the pools file as it was last taken up, each repository under the name it has by now, and
 * what its patterns take in as if it were named.
 */
export class LiveFleet {
  readonly #architectures: Map<string, "amd64" | "arm64">;
  /** Present names by the names in the file, which are in lower case. */
  readonly #names = new Map<string, string>();
  /** What GitHub lists of the accounts that pools serve by pattern. */
  #listed: readonly ListedRepository[] = [];
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

  /** Whether a pool of the file names the repository that has this name by now, be it to leave it out. */
  names(repository: string): boolean {
    return this.#written().some((name) => isSameName(this.#present(name), repository));
  }

  /** Serves a repository under its new name, or goes on leaving it out. */
  rename(from: string, to: string): void {
    for (const name of this.#written()) {
      if (isSameName(this.#present(name), from)) this.#names.set(name.toLowerCase(), to);
    }
    this.#served = this.#derive();
  }

  /** Accounts whose repositories a pattern of the file takes in. */
  get accounts(): readonly string[] {
    return accountsOfPatterns(this.#configured);
  }

  /** Takes in what GitHub lists of these accounts; nothing is derived anew where it comes to the same. */
  find(listed: readonly ListedRepository[]): void {
    const before = this.#served;
    this.#listed = listed;
    const after = this.#derive();
    if (foundIn(before.fleet) !== foundIn(after.fleet)) this.#served = after;
  }

  /** What the pools of the file name, as they name it. */
  #written(): readonly string[] {
    return this.#configured.pools.flatMap((pool) => [
      ...(namedRepositories(pool) ?? []),
      ...(pool.patterns?.except ?? []),
    ]);
  }

  #derive(): Served {
    const named = this.#configured.pools.map((pool) => this.#renamed(pool));
    const fleet = { ...this.#configured, pools: named.map((pool) => fillIn(pool, this.#listed)) };
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
    const { scope, repositories, patterns } = pool;
    return {
      ...pool,
      // Whoever makes another one under the old name meant it no more than before.
      ...(patterns === undefined
        ? {}
        : { patterns: { ...patterns, except: [...new Set([...patterns.except, ...present(patterns.except)])] } }),
      repositories: repositories === null ? null : present(repositories),
      scope: scope.kind === "repositories" ? { ...scope, repositories: present(scope.repositories) } : scope,
    };
  }
}

/** What patterns have taken in and left out, whatever its order. */
function foundIn({ pools }: Fleet): string {
  const found = pools.map(({ repositories, leftOut = [] }) => [
    repositories?.toSorted(),
    leftOut.map(({ repository, why }) => `${repository} ${why}`).toSorted(),
  ]);
  return JSON.stringify(found);
}
