/** Which repositories a pool serves beside those that it names, by whose they are. */
export interface RepositoryPatterns {
  /** Accounts whose repositories it serves whatever they are called: `me` for `me/*`. */
  readonly accounts: readonly string[];
  /** `owner/name` of those that it leaves out all the same. */
  readonly except: readonly string[];
}

/** A pool, as far as this is about it. */
interface WithPatterns {
  readonly patterns?: RepositoryPatterns;
}

/** What GitHub says of a repository, as far as a pattern asks for it. */
export interface ListedRepository {
  /** `owner/name`. */
  readonly fullName: string;
  readonly isPrivate: boolean;
  readonly fork: boolean;
  /** Archived or disabled: it runs no workflows. */
  readonly archived: boolean;
}

/** Why a pattern does not take a repository in. `unlisted`: GitHub has not shown it yet. */
export type WhyLeftOut = "excluded" | "fork" | "archived" | "visibility" | "unlisted";

/** A repository of a pattern's account that the pool does not serve. */
export interface LeftOutRepository {
  readonly repository: string;
  readonly why: WhyLeftOut;
}

/** What a pool file's list of repositories says, in three parts. */
export interface StatedRepositories {
  readonly named: readonly string[];
  /** Null where nothing but names stands there. */
  readonly patterns: RepositoryPatterns | null;
}

/** Takes apart a list of `owner/name`, `owner/*` and `!owner/name`. */
export function statedRepositories(words: readonly string[]): StatedRepositories {
  const accounts = words.filter(isPattern).map((word) => ownerIn(word));
  const except = words.filter((word) => word.startsWith("!")).map((word) => word.slice(1));
  const named = words.filter((word) => !word.startsWith("!") && !isPattern(word));
  const patterns = accounts.length === 0 ? null : { accounts: accounts, except: except };
  return { named: named, patterns };
}

/** The patterns as the file has them, the accounts first. */
export function patternWords({ accounts, except }: RepositoryPatterns): readonly string[] {
  return [...accounts.map((account) => `${account}/*`), ...except.map((name) => `!${name}`)];
}

/** Whether a pattern of the pool speaks of the repository, be it to leave it out. */
export function isOfPattern({ patterns }: WithPatterns, repository: string): boolean {
  return patterns?.accounts.some((account) => isSameName(account, ownerIn(repository))) ?? false;
}

/** Whether a pattern takes the repository in, as far as its name tells. */
export function matchesPattern(pool: WithPatterns, repository: string): boolean {
  return isOfPattern(pool, repository) && !isExcepted(pool, repository);
}

/** Why a pattern of the pool does not take in a repository that it speaks of; null if it does. */
export function whyLeftOut(
  pool: WithPatterns & { readonly visibility: "private" | "public" | "any" },
  listed: ListedRepository,
): Exclude<WhyLeftOut, "unlisted"> | null {
  if (isExcepted(pool, listed.fullName)) return "excluded";
  if (listed.archived) return "archived";
  if (listed.fork) return "fork";
  return isVisible(pool.visibility, listed.isPrivate) ? null : "visibility";
}

function isExcepted({ patterns }: WithPatterns, repository: string): boolean {
  return patterns?.except.some((name) => isSameName(name, repository)) ?? false;
}

function isVisible(visibility: string, isPrivate: boolean): boolean {
  return visibility === "any" || (visibility === "private") === isPrivate;
}

function isPattern(word: string): boolean {
  return word.endsWith("/*") && !word.startsWith("!");
}

function ownerIn(word: string): string {
  return word.split("/")[0] ?? "";
}

/** GitHub does not tell cases apart. */
export function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
