import type { Clock } from "../../../shared/clock/clock.ts";
import type { DeliveryAttempt, GitHubHook } from "../../github/model/delivery-log.ts";
import { hookName } from "../../github/model/delivery-log.ts";
import type { GitHubClient } from "../../github/github-client.ts";
import type { InspectedRepository, LimitReport, RunnerGroup, RunnerRelease } from "../../github/calls/inspector.ts";
import { scopeName } from "../../github/model/scope.ts";
import {
  GitHubError,
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
  limits(scope: RunnerScope): Promise<LimitReport & { readonly readAtMs: number }> {
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
