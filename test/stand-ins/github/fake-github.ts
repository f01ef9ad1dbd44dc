import { scopeName } from "../../../agent/github/model/scope.ts";
import {
  GitHubError,
  type AccountRepository,
  type ActiveJobs,
  type DeleteRunnerResult,
  type GitHub,
  type GitHubErrorCode,
  type GitHubJob,
  type GitHubRepository,
  type GitHubRunner,
  type JitRequest,
  type JitRunner,
  type Listing,
  type RunnerScope,
  type TokenReport,
} from "../../../agent/github/model/types.ts";
import type { Clock } from "../../../shared/clock/clock.ts";

interface KnownRunner extends GitHubRunner {
  readonly scope: string;
}

/** What happens to one call in place of its answer; `answer` does what GitHub would have done. */
export type Fault<T> = (answer: () => T, signal: AbortSignal) => T | Promise<T>;

/** GitHub's runners and jobs in memory, with a log of all calls and faults that a test lines up. */
export class FakeGitHub implements GitHub {
  /** `jit NAME`, `delete NAME`, `find NAME`, `runners SCOPE`, `jobs REPOSITORY`, in the order of the calls. */
  readonly calls: string[] = [];
  readonly runners = new Map<number, KnownRunner>();
  jobs: Record<string, readonly GitHubJob[]> = {};
  /** Jobs as their own address shows them, whatever the lists say. */
  readonly jobsById = new Map<number, GitHubJob | null>();
  /** Repositories that the credential may not see: GitHub answers 404. */
  readonly hidden = new Set<string>();
  repositories: readonly GitHubRepository[] = [];
  /** What the accounts of patterns hold. */
  accounts: readonly AccountRepository[] = [];
  readonly jitFaults: Fault<JitRunner>[] = [];
  readonly findFaults: Fault<GitHubRunner | null>[] = [];
  readonly deleteFaults: Fault<DeleteRunnerResult>[] = [];
  readonly readRunnerFaults: Fault<GitHubRunner | null>[] = [];
  /** What the lists of a scope or a repository answer in place of themselves. */
  readonly unreadable = new Map<string, GitHubError>();
  /** Set for a GitHub whose reading calls all fail. */
  outage: GitHubError | null = null;
  readonly #clock: Clock;
  /** How long each call takes. */
  latencyMs = 0;
  #nextId = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A runner that exists already, this agent's or somebody else's. */
  add(name: string, change: Partial<KnownRunner> = {}): number {
    const id = this.#nextId++;
    this.runners.set(id, { id, name, status: "online", busy: false, labels: ["nas"], scope: "acme", ...change });
    return id;
  }

  /** What GitHub says of a runner from now on. */
  set(name: string, change: Partial<KnownRunner>): void {
    for (const [id, runner] of this.runners) if (runner.name === name) this.runners.set(id, { ...runner, ...change });
  }

  names(): readonly string[] {
    return [...this.runners.values()].map(({ name }) => name);
  }

  /** Calls of one kind, without the kind. */
  callsOf(kind: string): readonly string[] {
    return this.calls.filter((call) => call.startsWith(`${kind} `)).map((call) => call.slice(kind.length + 1));
  }

  async createJitRunner(scope: RunnerScope, request: JitRequest, signal: AbortSignal): Promise<JitRunner> {
    this.calls.push(`jit ${request.name}`);
    return this.#answer(this.jitFaults.shift(), signal, () => {
      if (this.names().includes(request.name)) throw gitHubError("conflict", { status: 409 });
      const id = this.add(request.name, { status: "offline", labels: request.labels, scope: scopeName(scope) });
      return { runnerId: id, encodedJitConfig: `jit-of-${request.name}`, labels: request.labels };
    });
  }

  async runnerGroupId(_organization: string, _name: string, signal: AbortSignal): Promise<number> {
    return this.#answer(undefined, signal, () => 1);
  }

  async listRunners(scope: RunnerScope, signal: AbortSignal): Promise<Listing<GitHubRunner>> {
    this.calls.push(`runners ${scopeName(scope)}`);
    return this.#answer(undefined, signal, () => {
      this.#throwIfUnreadable(scopeName(scope));
      return {
        items: [...this.runners.values()].filter((runner) => runner.scope === scopeName(scope)),
        complete: true,
      };
    });
  }

  async findRunner(_scope: RunnerScope, name: string, signal: AbortSignal): Promise<GitHubRunner | null> {
    this.calls.push(`find ${name}`);
    const find = (): GitHubRunner | null => [...this.runners.values()].find((runner) => runner.name === name) ?? null;
    return this.#answer(this.findFaults.shift(), signal, find);
  }

  async deleteRunner(_scope: RunnerScope, runnerId: number, signal: AbortSignal): Promise<DeleteRunnerResult> {
    const runner = this.runners.get(runnerId);
    this.calls.push(`delete ${runner?.name ?? runnerId}`);
    return this.#answer(this.deleteFaults.shift(), signal, () => {
      if (runner === undefined) return "gone";
      if (runner.busy) return "busy";
      return this.runners.delete(runnerId) ? "deleted" : "gone";
    });
  }

  async listActiveJobs(repository: string, _mostRuns: number, signal: AbortSignal): Promise<ActiveJobs> {
    this.calls.push(`jobs ${repository}`);
    return this.#answer(undefined, signal, () => {
      this.#throwIfUnreadable(repository);
      return { items: this.jobs[repository] ?? [], complete: true, calls: 1 };
    });
  }

  async readJob(repository: string, jobId: number, signal: AbortSignal): Promise<GitHubJob | null> {
    this.calls.push(`job ${jobId}`);
    return this.#answer(undefined, signal, () => {
      if (this.outage !== null) throw this.outage;
      const known = this.jobsById.get(jobId);
      if (known !== undefined) return known;
      return (this.jobs[repository] ?? []).find(({ id }) => id === jobId) ?? null;
    });
  }

  async nameOfRepository(repository: string, signal: AbortSignal): Promise<string | null> {
    this.calls.push(`repository ${repository}`);
    return this.#answer(undefined, signal, () => {
      if (this.outage !== null) throw this.outage;
      return this.hidden.has(repository) ? null : repository;
    });
  }

  async readRunner(_scope: RunnerScope, runnerId: number, signal: AbortSignal): Promise<GitHubRunner | null> {
    const runner = this.runners.get(runnerId);
    this.calls.push(`runner ${runner?.name ?? runnerId}`);
    return this.#answer(this.readRunnerFaults.shift(), signal, () => runner ?? null);
  }

  async listOrganizationRepositories(_organization: string, signal: AbortSignal): Promise<Listing<GitHubRepository>> {
    return this.#answer(undefined, signal, () => ({ items: this.repositories, complete: true }));
  }

  async listAccountRepositories(account: string, signal: AbortSignal): Promise<Listing<AccountRepository>> {
    this.calls.push(`account ${account}`);
    const isOf = ({ fullName }: AccountRepository): boolean => fullName.startsWith(`${account}/`);
    return this.#answer(undefined, signal, () => ({ items: this.accounts.filter(isOf), complete: true }));
  }

  async readRepository(repository: string, signal: AbortSignal): Promise<AccountRepository | null> {
    this.calls.push(`repository ${repository}`);
    const found = this.accounts.find(({ fullName }) => fullName === repository);
    return this.#answer(undefined, signal, () => found ?? null);
  }

  async checkToken(signal: AbortSignal): Promise<TokenReport> {
    return this.#answer(undefined, signal, () => ({ subject: "octocat", rateLimit: null }));
  }

  #throwIfUnreadable(what: string): void {
    const failure = this.outage ?? this.unreadable.get(what);
    if (failure !== undefined) throw failure;
  }

  async #answer<T>(fault: Fault<T> | undefined, signal: AbortSignal, answer: () => T): Promise<T> {
    signal.throwIfAborted();
    await this.#travel(signal);
    const result = fault === undefined ? answer() : await fault(answer, signal);
    signal.throwIfAborted();
    return result;
  }

  #travel(signal: AbortSignal): Promise<void> {
    if (this.latencyMs === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.latencyMs, resolve);
      signal.addEventListener("abort", () => {
        cancel();
        reject(signal.reason as Error);
      });
    });
  }
}

export function gitHubError(code: GitHubErrorCode, details: { status?: number; retryAtMs?: number } = {}): GitHubError {
  return new GitHubError(code, `GitHub said ${code}`, "do something about GitHub", details);
}

/** GitHub did what was asked, and the answer got lost on the way. */
export const lostAnswer =
  (code: "timeout" | "network" | "unavailable" | "conflict") =>
  <T>(answer: () => T): T => {
    answer();
    throw gitHubError(code);
  };

/** The call gets no further until the signal ends it. */
export const hangs = <T>(_answer: () => T, signal: AbortSignal): Promise<T> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
