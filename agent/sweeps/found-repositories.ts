import type { Clock } from "../../shared/clock/clock.ts";
import { isSameName } from "../../shared/fleet/repository-patterns.ts";
import { GitHubError, type AccountRepository, type GitHub } from "../github/model/types.ts";
import type { SweepFailures } from "./sweep-failures.ts";

/** Repositories that a list lacks and that are asked for by name in one look; the others keep their place meanwhile. */
const MOST_ASKED = 20;
/** A 404 has to come twice, this far apart: a token that lost its access for a moment is told the same. */
const GONE_AFTER_MS = 2 * 60_000;
/** A name that GitHub did not show is asked for again this late. */
const ASK_AGAIN_MS = 60_000;

interface Known {
  readonly repository: AccountRepository;
  /** When GitHub was asked for what is known, on the monotonic clock. */
  readonly askedMs: number;
  /** When it was first answered 404, on the monotonic clock. */
  readonly missingMs: number | null;
}

export interface FoundOptions {
  readonly github: Pick<GitHub, "listAccountRepositories" | "readRepository">;
  /** Told each time that something is known anew. */
  readonly changed: (listed: readonly AccountRepository[]) => void;
  readonly clock: Clock;
}

/**
 * The repositories of the accounts that pools serve by pattern, by the id that a rename leaves alone. A list adds and
 * corrects; what it lacks is asked for by its name before it is given up, whatever else the list holds, and an
 * answer that was cut, failed or is older than what is known takes nothing away.
 */
export class FoundRepositories {
  readonly #options: FoundOptions;
  readonly #known = new Map<number, Known>();
  /** Names that are being asked for, or were lately without an answer, in lower case. */
  readonly #asked = new Map<string, number>();

  constructor(options: FoundOptions) {
    this.#options = options;
  }

  /** Those that are known, the most recently pushed first. */
  get listed(): readonly AccountRepository[] {
    const all = [...this.#known.values()].map(({ repository }) => repository);
    return all.toSorted((a, b) => (b.pushedAtMs ?? 0) - (a.pushedAtMs ?? 0) || a.id - b.id);
  }

  /**
   * Reads the list of each account. Returns whether all that they hold is known. What fails is noted; rejects only with
   * the signal's reason.
   */
  async look(accounts: readonly string[], failures: SweepFailures, signal: AbortSignal): Promise<boolean> {
    const left = { asks: MOST_ASKED };
    let complete = true;
    for (const account of accounts) {
      const isRead = await this.#lookAt(account, left, failures, signal);
      complete &&= isRead;
    }
    for (const [id, { repository }] of this.#known) {
      if (!accounts.some((account) => isOf(account, repository.fullName))) this.#known.delete(id);
    }
    if (accounts.length > 0) this.#options.changed(this.listed);
    return complete;
  }

  /** A delivery named a repository that is not known by this name. Never rejects; a lookup that failed is made again. */
  async heard(name: string, id: number | undefined, signal: AbortSignal): Promise<void> {
    const { github, clock } = this.#options;
    const key = name.toLowerCase();
    const askedMs = clock.monotonicMs();
    if (this.#isKnown(name, id) || askedMs - (this.#asked.get(key) ?? Number.NEGATIVE_INFINITY) < ASK_AGAIN_MS) return;
    this.#asked.set(key, askedMs);
    try {
      const repository = await github.readRepository(name, signal);
      if (repository === null || !isSameName(repository.fullName, name)) return;
      this.#learn(repository, askedMs);
      this.#asked.delete(key);
      this.#options.changed(this.listed);
    } catch (error) {
      if (!(error instanceof GitHubError) && !signal.aborted) throw error;
    }
  }

  #isKnown(name: string, id: number | undefined): boolean {
    const byName = [...this.#known.values()].find(({ repository }) => isSameName(repository.fullName, name));
    return byName !== undefined && (id === undefined || byName.repository.id === id);
  }

  async #lookAt(
    account: string,
    left: { asks: number },
    failures: SweepFailures,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { github, clock } = this.#options;
    const what = `repositories of ${account}`;
    const askedMs = clock.monotonicMs();
    const read = () => github.listAccountRepositories(account, signal);
    const listing = await failures.attempt(what, account, read);
    if (listing === null) return false;
    for (const repository of listing.items) this.#learn(repository, askedMs);
    if (listing.failure !== undefined) failures.note(what, account, listing.failure);
    if (listing.shortfall !== undefined) failures.cut(what, listing.shortfall);
    if (!listing.complete) return false;
    const listed = new Set(listing.items.map(({ id }) => id));
    for (const [id, known] of this.#known) {
      if (listed.has(id) || known.askedMs > askedMs || !isOf(account, known.repository.fullName)) continue;
      if (left.asks-- > 0) await this.#ask(account, known, failures, signal);
    }
    return true;
  }

  /** A list that is read page by page may pass one over, and shows a token less than there is. */
  async #ask(account: string, known: Known, failures: SweepFailures, signal: AbortSignal): Promise<void> {
    const { github, clock } = this.#options;
    const { id, fullName } = known.repository;
    const askedMs = clock.monotonicMs();
    const read = async () => ({ found: await github.readRepository(fullName, signal) });
    const answer = await failures.attempt(`repository ${fullName}`, account, read);
    if (answer === null) return;
    if (answer.found?.id === id) return this.#settle(account, answer.found, askedMs);
    // Another one has its name by now: whatever became of it, it is not served under this one.
    if (answer.found !== null) return void this.#known.delete(id);
    const missingMs = known.missingMs ?? askedMs;
    if (askedMs - missingMs >= GONE_AFTER_MS) this.#known.delete(id);
    else this.#known.set(id, { ...known, missingMs });
  }

  /** It is there: under the same name, under another, or with another account, where no pattern looks. */
  #settle(account: string, repository: AccountRepository, askedMs: number): void {
    if (isOf(account, repository.fullName)) this.#learn(repository, askedMs);
    else this.#known.delete(repository.id);
  }

  #learn(repository: AccountRepository, askedMs: number): void {
    const known = this.#known.get(repository.id);
    if (known !== undefined && known.askedMs > askedMs) return;
    for (const [id, other] of this.#known) {
      if (id !== repository.id && isSameName(other.repository.fullName, repository.fullName)) this.#known.delete(id);
    }
    this.#known.set(repository.id, { repository, askedMs, missingMs: null });
  }
}

function isOf(account: string, name: string): boolean {
  return isSameName(name.split("/")[0] ?? "", account);
}
