import type { Clock, Random } from "../../shared/clock/clock.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { TokenSource } from "./http/access-token.ts";
import { Api } from "./http/api.ts";
import { AppKey } from "./auth/app-key.ts";
import { changing, type GitHubCredential } from "./auth/credential.ts";
import type { Attempts, DeliveryLog, GitHubHook, LogReading } from "./model/delivery-log.ts";
import { listAttempts, listHooks, readPayload, redeliver } from "./calls/hooks.ts";
import { Inspector } from "./calls/inspector.ts";
import { InstallationTokens } from "./auth/app-tokens.ts";
import { ActiveRuns } from "./calls/active-runs.ts";
import { JobLists, readJob } from "./calls/jobs.ts";
import { PersonalToken } from "./auth/personal-token.ts";
import type { RateLimit } from "./http/rate-limit.ts";
import { listInstalled, listVisible, readRepository } from "./calls/account-repositories.ts";
import { nameOfRepository, listOrganizationRepositories } from "./calls/repositories.ts";
import { Rest } from "./http/rest.ts";
import { createJitRunner, deleteRunner, findRunner, listRunners, readRunner } from "./calls/runners.ts";
import { RunnerGroups } from "./calls/runner-groups.ts";
import {
  GitHubError,
  type AccountRepository,
  type ActiveJobs,
  type DeleteRunnerResult,
  type GitHub,
  type GitHubJob,
  type GitHubRepository,
  type GitHubRunner,
  type JitRequest,
  type JitRunner,
  type Listing,
  type RunnerScope,
  type TokenReport,
} from "./model/types.ts";
import type { Fetch } from "./http/wire.ts";

/** How long one call may take. Good JIT calls take about a second, lost ones ten and more. */
const DEADLINE_MS = 15_000;

export interface GitHubClientOptions {
  /** `https://api.github.com`, or `https://HOST/api/v3` for GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly credential: GitHubCredential;
  readonly fetch?: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly deadlineMs?: number;
}

/** What the client has done since its start; for doctor and metrics. */
export interface GitHubStats {
  readonly calls: number;
  /** Calls that GitHub answered with 304, which cost nothing. */
  readonly notModified: number;
  readonly retries: number;
  /** The buckets as GitHub last reported them; with several installations, those of the last one called. */
  readonly rateLimits: readonly RateLimit[];
  /** Until when polling rests at GitHub's wish, milliseconds since the epoch; null when it does not. */
  readonly closedUntilMs: number | null;
  /** When the personal token ends; null for one without an end, undefined before GitHub has said. */
  readonly tokenEndsAtMs: number | null | undefined;
}

/** GitHub's REST API as the agent needs it, by a personal access token or as a GitHub App. */
export class GitHubClient implements GitHub, DeliveryLog {
  readonly isApp: boolean;
  readonly #api: Api;
  readonly #tokens: TokenSource;
  readonly #rest: Rest;
  readonly #groups: RunnerGroups;
  readonly #jobs: JobLists;
  /** What only the doctor asks. */
  readonly inspector: Inspector;

  /** Throws GitHubError when the credential or the address cannot be right; makes no call. */
  constructor(options: GitHubClientOptions) {
    this.#api = new Api({
      ...options,
      fetch: options.fetch ?? globalThis.fetch,
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    });
    this.isApp = options.credential.kind === "app";
    this.#tokens = tokensOf(this.#api, options.credential);
    this.#rest = new Rest(this.#api, this.#tokens);
    this.#groups = new RunnerGroups(this.#rest);
    this.#jobs = new JobLists(this.#rest, new ActiveRuns(this.#rest, this.#api.clock));
    this.inspector = new Inspector(this.#rest);
  }

  async createJitRunner(scope: RunnerScope, request: JitRequest, signal: AbortSignal): Promise<JitRunner> {
    try {
      return await createJitRunner(this.#rest, scope, request, signal);
    } catch (error) {
      const groupInDoubt = error instanceof GitHubError && (error.code === "not-found" || error.code === "invalid");
      if (groupInDoubt && scope.kind === "organization") this.#groups.forget(scope.organization);
      throw error;
    }
  }

  runnerGroupId(organization: string, name: string, signal: AbortSignal): Promise<number> {
    return this.#groups.idOf(organization, name, signal);
  }

  listRunners(scope: RunnerScope, signal: AbortSignal): Promise<Listing<GitHubRunner>> {
    return listRunners(this.#rest, scope, signal);
  }

  findRunner(scope: RunnerScope, name: string, signal: AbortSignal): Promise<GitHubRunner | null> {
    return findRunner(this.#rest, scope, name, signal);
  }

  deleteRunner(scope: RunnerScope, runnerId: number, signal: AbortSignal): Promise<DeleteRunnerResult> {
    return deleteRunner(this.#rest, scope, runnerId, signal);
  }

  listActiveJobs(repository: string, mostRuns: number, signal: AbortSignal): Promise<ActiveJobs> {
    return this.#jobs.active(repository, mostRuns, signal);
  }

  readJob(repository: string, jobId: number, signal: AbortSignal): Promise<GitHubJob | null> {
    return readJob(this.#rest, repository, jobId, signal);
  }

  nameOfRepository(repository: string, signal: AbortSignal): Promise<string | null> {
    return nameOfRepository(this.#rest, repository, signal);
  }

  readRunner(scope: RunnerScope, runnerId: number, signal: AbortSignal): Promise<GitHubRunner | null> {
    return readRunner(this.#rest, scope, runnerId, signal);
  }

  listOrganizationRepositories(organization: string, signal: AbortSignal): Promise<Listing<GitHubRepository>> {
    return listOrganizationRepositories(this.#rest, organization, signal);
  }

  listAccountRepositories(account: string, signal: AbortSignal): Promise<Listing<AccountRepository>> {
    return (this.isApp ? listInstalled : listVisible)(this.#rest, account, signal);
  }

  readRepository(repository: string, signal: AbortSignal): Promise<AccountRepository | null> {
    return readRepository(this.#rest, repository, signal);
  }

  listHooks(scope: RunnerScope, signal: AbortSignal): Promise<Listing<GitHubHook>> {
    return listHooks(this.#rest, scope, signal);
  }

  listAttempts(hook: GitHubHook, reading: LogReading, signal: AbortSignal): Promise<Attempts> {
    return listAttempts(this.#rest, hook, reading, signal);
  }

  readPayload(hook: GitHubHook, attemptId: string, signal: AbortSignal): Promise<unknown> {
    return readPayload(this.#rest, hook, attemptId, signal);
  }

  redeliver(hook: GitHubHook, attemptId: string, signal: AbortSignal): Promise<void> {
    return redeliver(this.#rest, hook, attemptId, signal);
  }

  checkToken(signal: AbortSignal): Promise<TokenReport> {
    return this.#tokens.report(signal);
  }

  serverNowMs(): number | null {
    return this.#api.serverNowMs();
  }

  stats(): GitHubStats {
    return {
      ...this.#api.counts,
      rateLimits: this.#api.rateLimits,
      closedUntilMs: this.#rest.closedUntilMs,
      // Those of an App end within the hour and are made anew.
      tokenEndsAtMs: this.isApp ? null : this.#api.tokenEndsAtMs,
    };
  }
}

function tokensOf(api: Api, credential: GitHubCredential): TokenSource {
  if (credential.kind === "token") return new PersonalToken(api, changing(credential.token));
  const { appId, installationId = null } = credential;
  return new InstallationTokens({
    api,
    appId,
    key: new AppKey(changing(credential.privateKeyPem)),
    installationId,
  });
}
