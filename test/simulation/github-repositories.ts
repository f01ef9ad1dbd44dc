/** A repository of the modelled GitHub. Its id stays whatever it is called. */
export interface SimRepository {
  readonly id: number;
  name: string;
  archived: boolean;
}

/** When the account's repositories change, in milliseconds of the run. */
export interface RepositoryChanges {
  /** `acme/lib` is made; what would have been queued there before is queued in `acme/web`. */
  readonly madeMs: number;
  /** `acme/api` becomes `acme/service`. */
  readonly renamedMs: number;
  /** `acme/old` becomes read-only, and what waits there is cancelled. */
  readonly archivedMs: number;
}

export const [HOME, MADE, RENAMED, ARCHIVED] = ["acme/web", "acme/lib", "acme/api", "acme/old"] as const;
export const NEW_NAME = "acme/service";

/** The repositories of one account; a name that one had before leads to it. */
export class SimRepositories {
  readonly #all: SimRepository[] = [];
  readonly #formerly = new Map<string, SimRepository>();

  constructor(names: readonly string[]) {
    for (const name of names) this.make(name);
  }

  get all(): readonly SimRepository[] {
    return this.#all;
  }

  make(name: string): void {
    this.#all.push({ id: this.#all.length + 1, name, archived: false });
  }

  /** By its name, or by one that it had before; undefined where there is none. */
  find(name: string): SimRepository | undefined {
    return this.#all.find((each) => each.name === name) ?? this.#formerly.get(name);
  }

  rename(from: string, to: string): void {
    const found = this.find(from);
    if (found === undefined) return;
    this.#formerly.set(from, found);
    found.name = to;
  }
}
