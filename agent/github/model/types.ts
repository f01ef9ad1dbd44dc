import type { ListedRepository } from "../../../shared/fleet/repository-patterns.ts";
import { OperatorError } from "../../../shared/errors/operator-error.ts";

/** Where runners register and are listed: an organization, or one repository. */
export type RunnerScope =
  | { readonly kind: "organization"; readonly organization: string }
  | { readonly kind: "repository"; readonly owner: string; readonly repository: string };

/** A list with word of whether all of its pages were read. A partial one never proves absence. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly complete: boolean;
  /** Why a page is missing, where a failed call is the reason. */
  readonly failure?: GitHubError;
  /** What is missing though no call failed: `600 of 1200 unfinished runs were read`. */
  readonly shortfall?: string;
}

/** The jobs of a repository's unfinished runs, and how many calls they took. */
export interface ActiveJobs extends Listing<GitHubJob> {
  readonly calls: number;
  /** Whether GitHub redirected the call: the repository has another name by now. */
  readonly redirected?: boolean;
}

export interface GitHubRunner {
  readonly id: number;
  readonly name: string;
  /** `online` or `offline`; a runner just minted is listed as offline. */
  readonly status: string;
  readonly busy: boolean;
  readonly labels: readonly string[];
}

export interface JitRequest {
  readonly name: string;
  readonly runnerGroupId: number;
  readonly labels: readonly string[];
  readonly workFolder: string;
}

export interface JitRunner {
  readonly runnerId: number;
  readonly encodedJitConfig: string;
  readonly labels: readonly string[];
}

/** A job as GitHub's REST API reports it. Times in milliseconds since the epoch. */
export interface GitHubJob {
  readonly id: number;
  readonly runId: number;
  readonly runAttempt: number;
  /** `owner/name`. */
  readonly repository: string;
  readonly isPrivate: boolean | null;
  readonly name: string;
  /** Open enum: `queued`, `waiting`, `pending`, `in_progress`, `completed`, or what comes next. */
  readonly status: string;
  readonly conclusion: string | null;
  readonly labels: readonly string[];
  readonly runnerName: string | null;
  readonly createdAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
}

export interface GitHubRepository {
  /** `owner/name`. */
  readonly fullName: string;
  readonly isPrivate: boolean;
  readonly archived: boolean;
  /** When it was last pushed to, milliseconds since the epoch. */
  readonly pushedAtMs: number | null;
}

/** A repository as a pattern asks for it. Its id stays when its name changes. */
export interface AccountRepository extends ListedRepository {
  readonly id: number;
  /** When it was last pushed to, milliseconds since the epoch. */
  readonly pushedAtMs: number | null;
}

export type DeleteRunnerResult = "deleted" | "gone" | "busy";

/** The calls that the agent makes. All throw GitHubError, or the signal's reason once that is aborted. */
export interface GitHub {
  /**
   * Registers one ephemeral runner. Never retried by the client: a lost answer may have registered it.
   * https://docs.github.com/en/rest/actions/self-hosted-runners
   */
  createJitRunner(scope: RunnerScope, request: JitRequest, signal: AbortSignal): Promise<JitRunner>;
  /** The id of a runner group by name, cached. Throws `not-found` when the organization has no such group. */
  runnerGroupId(organization: string, name: string, signal: AbortSignal): Promise<number>;
  listRunners(scope: RunnerScope, signal: AbortSignal): Promise<Listing<GitHubRunner>>;
  findRunner(scope: RunnerScope, name: string, signal: AbortSignal): Promise<GitHubRunner | null>;
  /** 422 means that the runner is busy and stays; 404 that it is gone already. */
  deleteRunner(scope: RunnerScope, runnerId: number, signal: AbortSignal): Promise<DeleteRunnerResult>;
  /** Jobs of the repository's unfinished runs, finished ones included, of `mostRuns` runs at most: the others in turn. */
  listActiveJobs(repository: string, mostRuns: number, signal: AbortSignal): Promise<ActiveJobs>;
  /**
   * One job by its id, as it is now. Null where GitHub answers 404, which by itself proves nothing: it does so too where
   * the credential has lost its access.
   * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#404-not-found-for-an-existing-resource
   */
  readJob(repository: string, jobId: number, signal: AbortSignal): Promise<GitHubJob | null>;
  /** The name that the repository has by now, `owner/name`; null where GitHub shows none to the credential. */
  nameOfRepository(repository: string, signal: AbortSignal): Promise<string | null>;
  /** A runner by its id; null where GitHub knows none. */
  readRunner(scope: RunnerScope, runnerId: number, signal: AbortSignal): Promise<GitHubRunner | null>;
  listOrganizationRepositories(organization: string, signal: AbortSignal): Promise<Listing<GitHubRepository>>;
  /** The repositories of a person or an organization that the credential may see, in the order of their names. */
  listAccountRepositories(account: string, signal: AbortSignal): Promise<Listing<AccountRepository>>;
  /** One repository by its name, or by one that it had before; null where GitHub answers 404, which proves nothing. */
  readRepository(repository: string, signal: AbortSignal): Promise<AccountRepository | null>;
  /** GitHub's own time now, milliseconds since the epoch, as its last answer told it; null where none has. */
  serverNowMs?(): number | null;
  /** Asks GitHub who the token is and what it may do; used by the doctor. */
  checkToken(signal: AbortSignal): Promise<TokenReport>;
}

export interface TokenReport {
  /** Account or App behind the credential. */
  readonly subject: string;
  readonly rateLimit: {
    readonly limit: number;
    readonly remaining: number;
    readonly resetAtMs: number;
  } | null;
}

export type GitHubErrorCode =
  | "unauthorized" // 401
  | "forbidden" // 403 that is no rate limit
  | "rate-limited" // 403 or 429 with a limit's headers
  | "not-found" // 404
  | "conflict" // 409
  | "invalid" // 422
  | "unavailable" // 5xx
  | "timeout"
  | "network"
  | "unexpected"; // an answer that fits no schema

/** Why a call to GitHub failed; carries no credential. */
export class GitHubError extends OperatorError<GitHubErrorCode> {
  readonly status: number | null;
  /** When the limit that refused the call ends, milliseconds since the epoch. */
  readonly retryAtMs: number | null;
  constructor(
    code: GitHubErrorCode,
    message: string,
    remedy: string,
    details: { status?: number; retryAtMs?: number | null; cause?: unknown } = {},
  ) {
    super(code, message, remedy, details);
    this.status = details.status ?? null;
    this.retryAtMs = details.retryAtMs ?? null;
  }
}
