import type { Clock } from "../../../../shared/clock/clock.ts";
import type { Ids } from "./ids.ts";
import type { Account, Repository, RunnerGroup } from "./model.ts";

export interface RepositoryOptions {
  /** Private unless said otherwise. */
  readonly private?: boolean;
  readonly archived?: boolean;
  readonly fork?: boolean;
}

export interface RunnerGroupOptions {
  readonly organization: string;
  readonly name: string;
  /** `all` unless said otherwise. */
  readonly visibility?: RunnerGroup["visibility"];
  readonly repositories?: readonly string[];
  readonly allowsPublicRepositories?: boolean;
}

/** Organizations and users, their repositories and runner groups. Names are found whatever their case. */
export class Accounts {
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #accounts = new Map<string, Account>();
  readonly #repositories = new Map<string, Repository>();
  readonly #groups: RunnerGroup[] = [];
  /** Names that repositories had before, until somebody else takes one. */
  readonly #formerly = new Map<string, Repository>();

  constructor(ids: Ids, clock: Clock) {
    this.#ids = ids;
    this.#clock = clock;
  }

  /** A new account; an organization has the group `Default` from the start. Throws when the login is taken. */
  add(login: string, kind: Account["kind"]): Account {
    if (this.#accounts.has(key(login))) throw new Error(`the account ${login} exists`);
    const account = { id: this.#ids.take("account"), login, kind };
    this.#accounts.set(key(login), account);
    if (kind === "organization") {
      this.#addGroup({ organization: login, name: "Default", allowsPublicRepositories: false }, account, true);
    }
    return account;
  }

  account(login: string): Account | null {
    return this.#accounts.get(key(login)) ?? null;
  }

  /** Throws when the owner is unknown or the name is taken. */
  addRepository(fullName: string, options: RepositoryOptions): Repository {
    const [login = "", name = ""] = fullName.split("/");
    const owner = this.account(login);
    if (owner === null) throw new Error(`no account ${login}: add the organization or the user first`);
    if (name === "") throw new Error(`a repository is named owner/name, not ${fullName}`);
    if (this.#repositories.has(key(fullName))) throw new Error(`the repository ${fullName} exists`);
    this.#formerly.delete(key(fullName));
    const nowMs = this.#clock.now();
    const repository: Repository = {
      id: this.#ids.take("repository"),
      owner,
      name,
      fullName: `${owner.login}/${name}`,
      isPrivate: options.private ?? true,
      archived: options.archived ?? false,
      fork: options.fork ?? false,
      createdAtMs: nowMs,
      pushedAtMs: nowMs,
    };
    this.#repositories.set(key(fullName), repository);
    return repository;
  }

  repository(fullName: string): Repository | null {
    return this.#repositories.get(key(fullName)) ?? null;
  }

  /**
   * Another name, under the same id. Throws when the repository is unknown or the name is taken.
   *
   * https://docs.github.com/en/repositories/creating-and-managing-repositories/renaming-a-repository
   */
  renameRepository(from: string, to: string): void {
    const repository = this.repository(from);
    const [login = "", name = ""] = to.split("/");
    const owner = this.account(login);
    if (repository === null || owner === null) throw new Error(`no repository ${from}, or no account ${login}`);
    if (this.repository(to) !== null) throw new Error(`the repository ${to} exists`);
    this.#repositories.delete(key(from));
    this.#formerly.set(key(from), repository);
    this.#formerly.delete(key(to));
    // Runs and jobs hold on to the repository itself.
    Object.assign(repository, { owner, name, fullName: `${owner.login}/${name}` });
    this.#repositories.set(key(to), repository);
  }

  /**
   * Read-only from now on, or no longer. Throws when the repository is unknown.
   *
   * https://docs.github.com/en/repositories/archiving-a-github-repository/archiving-repositories
   */
  archiveRepository(fullName: string, archived: boolean): void {
    Object.assign(this.#required(fullName), { archived });
  }

  /** As a push leaves it. Throws when the repository is unknown. */
  pushTo(fullName: string): void {
    Object.assign(this.#required(fullName), { pushedAtMs: this.#clock.now() });
  }

  /** For good. Throws when the repository is unknown. */
  deleteRepository(fullName: string): void {
    const repository = this.#required(fullName);
    this.#repositories.delete(key(fullName));
    for (const [name, moved] of this.#formerly) if (moved === repository) this.#formerly.delete(name);
  }

  #required(fullName: string): Repository {
    const repository = this.repository(fullName);
    if (repository === null) throw new Error(`no repository ${fullName}`);
    return repository;
  }

  /** What was called so before and is called otherwise by now. */
  movedFrom(fullName: string): Repository | null {
    return this.#formerly.get(key(fullName)) ?? null;
  }

  repositoryById(id: number): Repository | null {
    return [...this.#repositories.values()].find((repository) => repository.id === id) ?? null;
  }

  get repositories(): readonly Repository[] {
    return [...this.#repositories.values()];
  }

  repositoriesOf(owner: Account): readonly Repository[] {
    return [...this.#repositories.values()].filter((repository) => repository.owner === owner);
  }

  /** Throws when the organization is unknown or the name is taken. */
  addGroup(options: RunnerGroupOptions): RunnerGroup {
    const organization = this.account(options.organization);
    if (organization?.kind !== "organization") throw new Error(`no organization ${options.organization}`);
    if (this.groupsOf(organization).some((group) => key(group.name) === key(options.name))) {
      throw new Error(`the organization ${options.organization} has a runner group ${options.name}`);
    }
    return this.#addGroup(options, organization, false);
  }

  groupsOf(organization: Account): readonly RunnerGroup[] {
    return this.#groups.filter((group) => group.organization === organization);
  }

  group(id: number): RunnerGroup | null {
    return this.#groups.find((group) => group.id === id) ?? null;
  }

  #addGroup(options: RunnerGroupOptions, organization: Account, isDefault: boolean): RunnerGroup {
    const group: RunnerGroup = {
      id: this.#ids.take("group"),
      name: options.name,
      organization,
      isDefault,
      visibility: options.visibility ?? "all",
      repositories: options.repositories ?? [],
      allowsPublicRepositories: options.allowsPublicRepositories ?? false,
    };
    this.#groups.push(group);
    return group;
  }
}

/**
 * Whether the group's runners may be given jobs of this repository.
 *
 * https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/manage-access
 */
export function groupServes(group: RunnerGroup, repository: Repository): boolean {
  if (group.organization !== repository.owner) return false;
  if (!repository.isPrivate && !group.allowsPublicRepositories) return false;
  if (group.visibility === "private") return repository.isPrivate;
  if (group.visibility === "all") return true;
  return group.repositories.some((name) => key(name) === key(repository.fullName));
}

function key(name: string): string {
  return name.toLowerCase();
}
