import type { Clock } from "../../shared/clock/clock.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { messageOf } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { wallTimeMs } from "../clock/two-clocks.ts";
import { ownerOf, repositoryScope, scopeName } from "../github/model/scope.ts";
import type { GitHub, GitHubJob, RunnerScope } from "../github/model/types.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";
import { atMost } from "./at-most.ts";
import type { SweepRecords } from "../journal/sweep-records.ts";
import { InventoryTurns } from "./inventory-turns.ts";
import type { JobQuestions } from "./job-questions.ts";
import { CALLS_PER_REPOSITORY, RepositoryRotation } from "./repository-rotation.ts";
import { SweepFailures } from "./sweep-failures.ts";
import type { RunnerInventory, SweepResult } from "./sweep-result.ts";
import { runnerScopes, sweepTargets } from "./sweep-targets.ts";

export type { SweepResult } from "./sweep-result.ts";

/** GitHub asks for calls one after the other and bears a hundred at once; a few keep a sweep short. */
const CONCURRENCY = 4;
/**
 * GitHub allows 900 points a minute, and a reading call is one, a 304 too. The rest is for jobs and for the delivery log.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#calculating-points-for-the-secondary-rate-limit
 */
export const REPOSITORY_CALLS = 600;

export interface SweepOptions {
  readonly github: GitHub;
  /** As it is before the sweep looks at what patterns take in. */
  readonly fleet: Fleet;
  /** Looks at what the patterns of pools take in; none does unless it is given. Rejects only with the signal's reason. */
  readonly look?: (failures: SweepFailures, signal: AbortSignal) => Promise<ServedFleet>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Looks first into what GitHub says it could not deliver. */
  readonly deliveries?: { run(failures: SweepFailures, signal: AbortSignal): Promise<void> } | null;
  /** Repositories of which something is known to go on; none unless said otherwise. */
  readonly activeRepositories?: () => Iterable<string>;
  /** Where runners are to be listed beside the fleet's own scopes: those of slots that are still there. */
  readonly otherScopes?: () => Iterable<RunnerScope>;
  /** Whose turn it is to have its runners listed; every sweep is the first without it. */
  readonly turns?: InventoryTurns;
  /** Asks for the jobs that should have been listed and were not; nobody does unless it is given. */
  readonly questions?: JobQuestions;
  /** What earlier sweeps left: when each repository was read. Every sweep is the first without it. */
  readonly records?: SweepRecords;
  /** What the client has called so far, for the record. */
  readonly spent?: () => { readonly calls: number; readonly notModified: number };
  readonly repositoryCalls?: number;
}

/** What is served, and whether all of it is known. */
export interface ServedFleet {
  readonly fleet: Fleet;
  readonly complete: boolean;
}

/**
 * Asks GitHub once for what the fleet is concerned with, the cheapest first: what its hooks could not deliver, the
 * runners of its organizations and wherever slots are, the active jobs of the repositories where something goes on, of the others as many as the
 * budget pays for, in turn, and each job by its id that is believed in and was not listed. What fails makes the sweep incomplete and is listed in `failures`; nothing is left out silently.
 * Rejects only with the signal's reason.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export async function runSweep(options: SweepOptions): Promise<SweepResult> {
  const { github, clock, signal, log } = options;
  signal.throwIfAborted();
  let startedAtMs = clock.now();
  const beganMs = clock.monotonicMs();
  const before = options.spent?.();
  const failures = new SweepFailures();
  const { fleet, complete: isKnown } = (await options.look?.(failures, signal)) ?? {
    fleet: options.fleet,
    complete: true,
  };
  await readDeliveries(options, failures);
  const runners: RunnerInventory[] = [];
  const turns = options.turns ?? new InventoryTurns(() => true);
  for (const scope of turns.next(runnerScopes(fleet), options.otherScopes?.() ?? [])) {
    const inventory = await readRunners(github, scope, failures, signal);
    turns.listed(inventory);
    runners.push(inventory);
  }
  const listed = await sweepTargets(github, fleet, failures, signal);
  const targets = { ...listed, complete: listed.complete && isKnown };
  const found = new FoundJobs();
  const budget = options.repositoryCalls ?? REPOSITORY_CALLS;
  const rotation = new RepositoryRotation({ readTimes: options.records?.readTimes() ?? new Map(), budget });
  const active = new Set([...(options.activeRepositories?.() ?? [])].map((name) => name.toLowerCase()));
  const isActive = (name: string): boolean => active.has(name.toLowerCase());
  const read = async (repository: string): Promise<void> => {
    const atMs = clock.now();
    const { complete: isRead, calls } = await readJobs(github, repository, rotation.share(), found, failures, signal);
    rotation.spend(calls - CALLS_PER_REPOSITORY);
    if (isRead) rotation.noteRead(repository, atMs);
  };
  await atMost(CONCURRENCY, rotation.active(targets.repositories, isActive), read);
  await atMost(CONCURRENCY, rotation.rest(targets.repositories, isActive), read);
  options.records?.noteRead(found.repositories, startedAtMs);
  const answers = await options.questions?.ask({
    startedAtMs,
    isListed: (jobId) => found.jobs.has(jobId),
    isRefused: (repository) => found.refused.has(repository),
    failures,
    signal,
  });
  for (const job of answers?.jobs ?? []) found.jobs.set(job.id, job);
  const complete = targets.complete && found.repositories.length === targets.repositories.length;
  const allReadSinceMs = targets.complete ? rotation.allReadSinceMs(targets.repositories) : null;
  // As the clock says now: it may have been set while the sweep was under way.
  startedAtMs = wallTimeMs(clock, beganMs);
  const result: SweepResult = {
    startedAtMs,
    finishedAtMs: clock.now(),
    jobs: {
      items: [...found.jobs.values()],
      absent: answers?.absent ?? [],
      complete,
      repositories: found.repositories,
      redirected: found.redirected,
      allReadSinceMs,
    },
    runners,
    failures: failures.all,
  };
  const after = options.spent?.();
  const calls = (after?.calls ?? 0) - (before?.calls ?? 0);
  const notModified = (after?.notModified ?? 0) - (before?.notModified ?? 0);
  options.records?.noteSweep({
    startedAtMs,
    finishedAtMs: result.finishedAtMs,
    allReadSinceMs,
    calls,
    notModified,
    budget,
    failures: failures.all.length,
  });
  log.debug("sweep done", {
    ms: result.finishedAtMs - startedAtMs,
    jobs: found.jobs.size,
    repositories: found.repositories.length,
    complete,
    failures: failures.all.length,
  });
  return result;
}

/** What is found in GitHub's logs has to be written down; a disk that takes nothing leaves the queue to be read. */
async function readDeliveries({ deliveries, signal }: SweepOptions, failures: SweepFailures): Promise<void> {
  try {
    await deliveries?.run(failures, signal);
  } catch (error) {
    if (sqliteTrouble(error) === null) throw error;
    failures.cut("GitHub's delivery logs", `the journal takes nothing: ${messageOf(error)}`);
  }
}

class FoundJobs {
  readonly jobs = new Map<number, GitHubJob>();
  /** Read to the end. */
  readonly repositories: string[] = [];
  readonly redirected: string[] = [];
  /** Not to be read at all, in lower case. */
  readonly refused = new Set<string>();
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
  if (listing?.shortfall !== undefined) failures.cut(what, listing.shortfall);
  return { scope, items: listing?.items ?? [], complete: listing?.complete ?? false };
}

async function readJobs(
  github: GitHub,
  repository: string,
  mostRuns: number,
  found: FoundJobs,
  failures: SweepFailures,
  signal: AbortSignal,
): Promise<{ readonly complete: boolean; readonly calls: number }> {
  const what = `jobs of ${repository}`;
  const owner = ownerOf(repositoryScope(repository));
  const listing = await failures.attempt(what, owner, () => github.listActiveJobs(repository, mostRuns, signal));
  if (listing === null) {
    found.refused.add(repository.toLowerCase());
    return { complete: false, calls: 1 };
  }
  for (const job of listing.items) found.jobs.set(job.id, job);
  if (listing.complete) found.repositories.push(repository);
  if (listing.redirected === true) found.redirected.push(repository);
  if (listing.failure !== undefined) failures.note(what, owner, listing.failure);
  if (listing.shortfall !== undefined) failures.cut(what, listing.shortfall);
  return listing;
}
