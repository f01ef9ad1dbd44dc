import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { repositoryScope } from "../github/model/scope.ts";

export interface RenamedRepositoriesOptions {
  /** The name that a repository has by now, as GitHub says it; null where GitHub shows none. */
  readonly nameOf: (repository: string) => Promise<string | null>;
  /** Whether the pools file names it. */
  readonly isNamed: (repository: string) => boolean;
  readonly renamed: (from: string, to: string) => void;
  readonly log: Logger;
}

/**
 * Follows the repositories that the pools file names through their renames. A redirect, or a delivery that gives a known
 * id another name, is a hint; what counts is GitHub's answer about the repository.
 *
 * https://docs.github.com/en/repositories/creating-and-managing-repositories/renaming-a-repository
 */
export class RenamedRepositories {
  readonly #options: RenamedRepositoriesOptions;
  readonly #said: SayOnce;
  /** Names by id, of repositories that the file names. */
  readonly #names = new Map<number, string>();
  readonly #asked = new Map<string, Promise<void>>();

  constructor(options: RenamedRepositoriesOptions) {
    this.#options = options;
    this.#said = new SayOnce(options.log);
  }

  /** Deliveries carry the id of their repository beside its name. */
  async heard(signals: readonly Signal[]): Promise<void> {
    for (const { repositoryId, repository } of signals) {
      if (repositoryId === undefined) continue;
      const known = this.#names.get(repositoryId);
      if (known === undefined && this.#options.isNamed(repository)) this.#names.set(repositoryId, repository);
      if (known !== undefined && !isSame(known, repository)) await this.moved(known);
    }
  }

  /** GitHub's own lists name each repository as it is called now. */
  listed(repositories: readonly { readonly id: number; readonly fullName: string }[]): void {
    for (const { id, fullName } of repositories) {
      const known = this.#names.get(id);
      if (known === undefined && this.#options.isNamed(fullName)) this.#names.set(id, fullName);
      if (known !== undefined && !isSame(known, fullName)) this.#follow(known, fullName);
    }
  }

  /** GitHub redirected what was asked under this name. Never rejects. */
  moved(repository: string): Promise<void> {
    const key = repository.toLowerCase();
    const asked = this.#asked.get(key) ?? this.#ask(repository).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  async #ask(from: string): Promise<void> {
    const { nameOf, isNamed, log } = this.#options;
    if (!isNamed(from)) return;
    try {
      const to = await nameOf(from);
      if (to !== null && !isSame(from, to)) this.#follow(from, to);
    } catch (error) {
      log.debug("renamed repository not looked up", { repository: from, ...errorFields(error) });
    }
  }

  #follow(from: string, to: string): void {
    const remedy = `write ${to} in place of ${from} in config/pools.yaml`;
    if (!isSame(repositoryScope(from).owner, repositoryScope(to).owner)) {
      const message = "repository belongs to another account by now";
      return this.#said.say("warn", `moved ${from}`, message, {
        from,
        to,
        remedy: `${remedy}, if it is to be served`,
      });
    }
    this.#said.say("warn", `moved ${from}`, "repository was renamed", { from, to, remedy });
    for (const [id, name] of this.#names) if (isSame(name, from)) this.#names.set(id, to);
    this.#options.renamed(from, to);
  }
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
