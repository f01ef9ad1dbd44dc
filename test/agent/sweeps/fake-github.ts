import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import { scopeName } from "../../../agent/github/model/scope.ts";
import {
  GitHubError,
  type AccountRepository,
  type ActiveJobs,
  type GitHub,
  type GitHubErrorCode,
  type GitHubJob,
  type GitHubRepository,
  type GitHubRunner,
  type Listing,
} from "../../../agent/github/model/types.ts";

type Answer<T> = readonly T[] | Listing<T> | GitHubError;

/** What a GitHub in memory knows. A name that is missing answers 404. */
export interface Facts {
  readonly repositories?: Record<string, Answer<GitHubRepository>>;
  /** Of persons and organizations, as patterns ask for them. */
  readonly accounts?: Record<string, Answer<AccountRepository>>;
  /** What asking for a repository by its name comes to; GitHub answers 404 where nothing is said. */
  readonly repositoryByName?: Record<string, AccountRepository | GitHubError>;
  readonly jobs?: Record<string, Answer<GitHubJob>>;
  readonly runners?: Record<string, Answer<GitHubRunner>>;
  /** Jobs by their id; GitHub answers 404 to any other. */
  readonly jobById?: Record<number, GitHubJob>;
  /** What reading a repository comes to; true where nothing is said. */
  readonly readable?: Record<string, boolean | GitHubError>;
}

/** The reading part of GitHub, in memory, with a record of what was asked. Anything else fails the test. */
export class FakeGitHub implements GitHub {
  readonly asked: string[] = [];
  facts: Facts;
  /** Most calls open at the same time. */
  most = 0;
  /** Held back calls are answered when it resolves. */
  gate: Promise<void> = Promise.resolve();
  #open = 0;

  constructor(facts: Facts) {
    this.facts = facts;
  }

  listOrganizationRepositories(organization: string, signal: AbortSignal) {
    return this.#answer(`repositories of ${organization}`, this.facts.repositories?.[organization], signal);
  }

  listAccountRepositories(account: string, signal: AbortSignal) {
    return this.#answer(`repositories of ${account}`, this.facts.accounts?.[account], signal);
  }

  async readRepository(name: string, signal: AbortSignal): Promise<AccountRepository | null> {
    const known = this.facts.repositoryByName?.[name] ?? [];
    const listing = await this.#answer(
      `repository ${name}`,
      known instanceof GitHubError ? known : [known].flat(),
      signal,
    );
    return listing.items[0] ?? null;
  }

  async listActiveJobs(repository: string, _mostRuns: number, signal: AbortSignal): Promise<ActiveJobs> {
    const listing = await this.#answer(`jobs of ${repository}`, this.facts.jobs?.[repository], signal);
    return { ...listing, calls: 1 + listing.items.length };
  }

  listRunners(scope: Parameters<GitHub["listRunners"]>[0], signal: AbortSignal) {
    return this.#answer(`runners of ${scopeName(scope)}`, this.facts.runners?.[scopeName(scope)], signal);
  }

  async readJob(repository: string, jobId: number, signal: AbortSignal): Promise<GitHubJob | null> {
    const known = this.facts.jobById?.[jobId] ?? null;
    const listing = await this.#answer(`job ${jobId} of ${repository}`, known === null ? [] : [known], signal);
    return listing.items[0] ?? null;
  }

  async nameOfRepository(repository: string, signal: AbortSignal): Promise<string | null> {
    const answer = this.facts.readable?.[repository] ?? true;
    const listing = await this.#answer(
      `repository ${repository}`,
      typeof answer === "boolean" ? [answer] : answer,
      signal,
    );
    return listing.items[0] === true ? repository : null;
  }

  readRunner = unexpected;
  createJitRunner = unexpected;
  runnerGroupId = unexpected;
  findRunner = unexpected;
  deleteRunner = unexpected;
  checkToken = unexpected;

  async #answer<T>(what: string, answer: Answer<T> | undefined, signal: AbortSignal): Promise<Listing<T>> {
    this.asked.push(what);
    this.most = Math.max(this.most, ++this.#open);
    await this.gate;
    await Promise.resolve();
    this.#open -= 1;
    signal.throwIfAborted();
    if (answer === undefined) throw gitHubError("not-found", 404);
    if (answer instanceof GitHubError) throw answer;
    return "items" in answer ? answer : { items: answer, complete: true };
  }
}

function unexpected(): Promise<never> {
  return Promise.reject(new Error("a sweep only reads"));
}

export function gitHubError(code: GitHubErrorCode, status?: number, retryAtMs?: number): GitHubError {
  return new GitHubError(code, `GitHub said ${code}`, "do something", {
    ...(status === undefined ? {} : { status }),
    retryAtMs: retryAtMs ?? null,
  });
}

export function job(id: number, repository = "acme/web"): GitHubJob {
  return {
    id,
    runId: id * 10,
    runAttempt: 1,
    repository,
    isPrivate: true,
    name: `job ${id}`,
    status: "queued",
    conclusion: null,
    labels: ["nas"],
    runnerName: null,
    createdAtMs: 0,
    startedAtMs: null,
    completedAtMs: null,
  };
}

export function runner(id: number): GitHubRunner {
  return { id, name: `hl-${id}`, status: "online", busy: false, labels: ["nas"] };
}

export function aRepository(fullName: string, extra: Partial<GitHubRepository> = {}): GitHubRepository {
  return { fullName, isPrivate: true, archived: false, pushedAtMs: 0, ...extra };
}

const POOL: Pool = {
  key: "nas",
  scope: { kind: "organization", organization: "acme", runnerGroup: "Default" },
  visibility: "private",
  repositories: null,
  labels: ["nas"],
  groupOnly: false,
  scaling: { min: 0, max: 4, queueThreshold: 1, cooldownSeconds: 60 },
  architecture: "auto",
  image: "runner:1",
  command: [],
  workFolder: "_work",
  network: "bridge",
  runnerRoot: null,
  container: PLAIN_CONTAINER,
  resources: {},
};

export function fleet(...pools: readonly Partial<Pool>[]): Fleet {
  return { version: 2, pools: pools.map((pool, index) => ({ ...POOL, key: `pool-${index}`, ...pool })) };
}
