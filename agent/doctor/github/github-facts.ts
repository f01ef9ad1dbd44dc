import type { Clock } from "../../../shared/clock/clock.ts";
import { accountsOfPatterns, fillIn } from "../../../shared/fleet/fill-in.ts";
import { namedRepositories, type Fleet, type Pool } from "../../../shared/fleet/pool.ts";
import type { DeliveryAttempt, GitHubHook, TokenHome } from "../../github/model/delivery-log.ts";
import { hookName } from "../../github/model/delivery-log.ts";
import type { GitHubClient } from "../../github/github-client.ts";
import type { InspectedRepository, LimitReport, RunnerGroup, RunnerRelease } from "../../github/calls/inspector.ts";
import { scopeName } from "../../github/model/scope.ts";
import {
  GitHubError,
  type AccountRepository,
  type GitHubJob,
  type GitHubRepository,
  type GitHubRunner,
  type Listing,
  type RunnerScope,
  type TokenReport,
} from "../../github/model/types.ts";
import { LOG_WINDOW_MS } from "../../sweeps/delivery-sweep.ts";
import { Skipped } from "../check/check.ts";
import type { Readings } from "../check/readings.ts";

/** Pages of a log that the doctor reads: as many as its time is enough for. */
const PAGES_READ = 20;

/** Runs of a repository whose jobs the doctor reads: enough to see whether one waits. */
const RUNS_READ = 30;

/** What the checks know of GitHub, each thing asked for once. All throw GitHubError. */
export class GitHubFacts {
  readonly client: GitHubClient;
  readonly #readings: Readings;
  readonly #clock: Clock;

  constructor(client: GitHubClient, readings: Readings, clock: Clock) {
    this.client = client;
    this.#readings = readings;
    this.#clock = clock;
  }

  token(): Promise<TokenReport> {
    return this.#readings.get("token", (signal) => this.client.checkToken(signal));
  }

  /** With this machine's time at which the answer came. */
  limits(scope: TokenHome): Promise<LimitReport & { readonly readAtMs: number }> {
    return this.#readings.get("limits", async (signal) => {
      const report = await this.client.inspector.limits(scope, signal);
      return { ...report, readAtMs: this.#clock.now() };
    });
  }

  runners(scope: RunnerScope): Promise<Listing<GitHubRunner>> {
    return this.#readings.get(`runners ${scopeName(scope)}`, (signal) => this.client.listRunners(scope, signal));
  }

  runnerVersions(scope: RunnerScope): Promise<readonly { readonly name: string; readonly version: string }[]> {
    return this.#readings.get(`versions ${scopeName(scope)}`, (signal) =>
      this.client.inspector.runnerVersions(scope, signal),
    );
  }

  releases(scope: RunnerScope): Promise<readonly RunnerRelease[]> {
    return this.#readings.get("releases", (signal) => this.client.inspector.runnerReleases(scope, signal));
  }

  groups(organization: string): Promise<Listing<RunnerGroup>> {
    return this.#readings.get(`groups ${organization}`, (signal) => this.client.inspector.groups(organization, signal));
  }

  groupRepositories(organization: string, groupId: number): Promise<Listing<string>> {
    return this.#readings.get(`group ${organization} ${groupId}`, (signal) =>
      this.client.inspector.groupRepositories(organization, groupId, signal),
    );
  }

  repository(name: string): Promise<InspectedRepository> {
    return this.#readings.get(`repository ${name}`, (signal) => this.client.inspector.repository(name, signal));
  }

  repositories(organization: string): Promise<Listing<GitHubRepository>> {
    return this.#readings.get(`repositories ${organization}`, (signal) =>
      this.client.listOrganizationRepositories(organization, signal),
    );
  }

  /** The pool with what its patterns take in, the most recently pushed first, beside what the file names. */
  async foundBy(pool: Pool): Promise<Pool & { readonly named: readonly string[] }> {
    const named = namedRepositories(pool) ?? [];
    const accounts = accountsOfPatterns({ version: 2, pools: [pool] });
    const listings = await Promise.all(accounts.map((account) => this.#account(account)));
    const listed = listings.flatMap(({ items }) => items);
    const recent = listed.toSorted((a, b) => (b.pushedAtMs ?? 0) - (a.pushedAtMs ?? 0));
    return { ...fillIn(pool, recent), named };
  }

  /** The fleet with the newest of what its patterns take in; as the file has it where that may not be read. */
  async sampled(fleet: Fleet, most: number): Promise<Fleet> {
    const pools = fleet.pools.map(async (pool): Promise<Pool> => {
      if (pool.patterns === undefined || pool.scope.kind !== "repositories") return pool;
      const { named, repositories } = await this.foundBy(pool).catch(() => ({ named: [], repositories: [] }));
      const all = [...pool.scope.repositories, ...(repositories ?? []).slice(named.length, named.length + most)];
      return { ...pool, scope: { kind: "repositories", repositories: all }, repositories: all };
    });
    return { ...fleet, pools: await Promise.all(pools) };
  }

  #account(account: string): Promise<Listing<AccountRepository>> {
    return this.#readings.get(`account ${account}`, async (signal) => {
      const listing = await this.client.listAccountRepositories(account, signal);
      if (listing.failure !== undefined) throw listing.failure;
      return listing;
    });
  }

  mayReadRuns(repository: string): Promise<void> {
    return this.#readings.get(`runs ${repository}`, (signal) => this.client.inspector.mayReadRuns(repository, signal));
  }

  jobs(repository: string): Promise<Listing<GitHubJob>> {
    return this.#readings.get(`jobs ${repository}`, (signal) =>
      this.client.listActiveJobs(repository, RUNS_READ, signal),
    );
  }

  hooks(scope: RunnerScope): Promise<Listing<GitHubHook>> {
    return this.#readings.get(`hooks ${scopeName(scope)}`, (signal) => this.client.listHooks(scope, signal));
  }

  /** Null for a token, and for an App without a hook of its own. */
  appHook(): Promise<GitHubHook | null> {
    if (!this.client.isApp) return Promise.resolve(null);
    return this.#readings.get("app hook", (signal) => this.client.inspector.appHook(signal));
  }

  /** All that GitHub's log has of the hook: three days. */
  attempts(hook: GitHubHook): Promise<Listing<DeliveryAttempt>> {
    const sinceMs = this.#clock.now() - LOG_WINDOW_MS;
    return this.#readings.get(`attempts ${hookName(hook)}`, (signal) =>
      this.client.listAttempts(hook, { sinceMs, from: null, mostPages: PAGES_READ }, signal),
    );
  }
}

/** What a check does with a reading that failed: the check that is about it reports what stands in the way. */
export async function orGitHubSkipped<T>(reading: Promise<T>, toldBy: string): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof GitHubError)
      throw new Skipped("GitHub could not be asked", toldBy, "github-token", "github-rate");
    throw error;
  }
}
