import type { Clock } from "../../shared/clock/clock.ts";
import type { Fleet } from "../../shared/config/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { ownerOf, scopeName } from "../github/runner-scope.ts";
import type { GitHub, GitHubJob, RunnerScope } from "../github/types.ts";
import { atMost } from "./at-most.ts";
import { SweepFailures } from "./sweep-failures.ts";
import type { RunnerInventory, SweepResult } from "./sweep-result.ts";
import { runnerScopes, sweepTargets } from "./sweep-targets.ts";

export type { SweepResult } from "./sweep-result.ts";

/** GitHub asks for calls one after the other and bears a hundred at once; a few keep a sweep short. */
const CONCURRENCY = 4;
const MAX_REPOSITORIES = 200;

export interface SweepOptions {
  readonly github: GitHub;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Repositories read of each organisation, the most recently pushed ones; with more, the sweep is incomplete. */
  readonly maxRepositories?: number;
}

/**
 * Asks GitHub once for all that the fleet is concerned with: the runners of its scopes, then the active jobs of its
 * repositories. What fails makes the sweep incomplete and is told in `failures`; nothing is left out in silence.
 * Rejects only with the signal's reason.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export async function runSweep(options: SweepOptions): Promise<SweepResult> {
  const { github, fleet, clock, signal, log } = options;
  signal.throwIfAborted();
  const startedAtMs = clock.now();
  const failures = new SweepFailures();
  const runners: RunnerInventory[] = [];
  for (const scope of runnerScopes(fleet)) runners.push(await readRunners(github, scope, failures, signal));
  const targets = await sweepTargets(github, fleet, failures, options.maxRepositories ?? MAX_REPOSITORIES, signal);
  const found = new FoundJobs();
  await atMost(CONCURRENCY, targets.repositories, (repository) =>
    readJobs(github, repository, found, failures, signal),
  );
  const complete = targets.complete && found.repositories.length === targets.repositories.length;
  const result: SweepResult = {
    startedAtMs,
    finishedAtMs: clock.now(),
    jobs: { items: [...found.jobs.values()], complete, repositories: found.repositories },
    runners,
    failures: failures.all,
  };
  log.debug("sweep done", {
    ms: result.finishedAtMs - startedAtMs,
    jobs: found.jobs.size,
    repositories: found.repositories.length,
    complete,
    failures: failures.all.length,
  });
  return result;
}

class FoundJobs {
  readonly jobs = new Map<number, GitHubJob>();
  /** Read to the end. */
  readonly repositories: string[] = [];
}

async function readRunners(
  github: GitHub,
  scope: RunnerScope,
  failures: SweepFailures,
  signal: AbortSignal,
): Promise<RunnerInventory> {
  const what = `runners of ${scopeName(scope)}`;
  const listing = await failures.attempt(what, ownerOf(scope), () => github.listRunners(scope, signal));
  if (listing?.failure !== undefined) failures.note(what, ownerOf(scope), listing.failure);
  return { scope, items: listing?.items ?? [], complete: listing?.complete ?? false };
}

async function readJobs(
  github: GitHub,
  repository: string,
  found: FoundJobs,
  failures: SweepFailures,
  signal: AbortSignal,
): Promise<void> {
  const what = `jobs of ${repository}`;
  const owner = repository.split("/")[0] ?? repository;
  const listing = await failures.attempt(what, owner, () => github.listActiveJobs(repository, signal));
  if (listing === null) return;
  for (const job of listing.items) found.jobs.set(job.id, job);
  if (listing.complete) found.repositories.push(repository);
  if (listing.failure !== undefined) failures.note(what, owner, listing.failure);
}
