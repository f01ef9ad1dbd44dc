import type { Clock } from "../../../shared/clock/clock.ts";
import { instantMs, job as jobAnswer, jobsPage, runsPage, type JobAnswer, type RunAnswer } from "../model/answers.ts";
import { readListing } from "../http/listing.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import type { ReadOptions, Rest } from "../http/rest.ts";
import { actionsPath, repositoryScope } from "../model/scope.ts";
import { GitHubError, type GitHubJob, type Listing } from "../model/types.ts";

/**
 * A run is `in_progress` while later jobs of it are queued, and may stay `queued` while jobs of it run. Queued
 * ones first: a run that starts between the two lists is in the second.
 */
const ACTIVE = ["queued", "in_progress"] as const;
/**
 * A run can be re-run for 30 days and keeps its `created_at`, so that its jobs may be queued that long after it; runs
 * that are stuck for ever must not be read for ever.
 * https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
 */
const WINDOW_MS = 30 * 24 * 60 * 60_000;

/**
 * The jobs of the repository's queued and running workflow runs. A run that is gone is left out; one that cannot be
 * read makes the listing incomplete. Throws GitHubError when the runs themselves cannot be listed.
 *
 * https://docs.github.com/en/rest/actions/workflow-runs, https://docs.github.com/en/rest/actions/workflow-jobs
 */
export async function listActiveJobs(
  rest: Rest,
  repository: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Listing<GitHubJob>> {
  const scope = repositoryScope(repository);
  const options = { scope, signal };
  const runs = await listActiveRuns(rest, actionsPath(scope), clock.now(), options);
  const jobs = new Map<number, GitHubJob>();
  let { complete, failure } = { failure: undefined, ...runs };
  for (const run of runs.items) {
    try {
      const listing = await listJobs(rest, `${actionsPath(scope)}/runs/${run.id}/jobs`, options);
      for (const job of listing.items) jobs.set(job.id, jobOf(job, run, repository));
      complete &&= listing.complete;
      failure ??= listing.failure;
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      if (error.code === "not-found") continue;
      complete = false;
      failure ??= error;
    }
  }
  return { items: [...jobs.values()], complete, ...(failure === undefined ? {} : { failure }) };
}

/** One job by its id, asked even while polling rests; null where GitHub answers 404. */
export async function readJob(
  rest: Rest,
  repository: string,
  jobId: number,
  signal: AbortSignal,
): Promise<GitHubJob | null> {
  const scope = repositoryScope(repository);
  const url = rest.urlOf(`${actionsPath(scope)}/jobs/${jobId}`);
  const page = await rest.read(url, jobAnswer, { scope, signal, urgent: true }).catch(noneIfNotFound);
  return page === null ? null : jobOf(page.value, null, repository);
}

async function listActiveRuns(
  rest: Rest,
  path: string,
  nowMs: number,
  options: ReadOptions,
): Promise<Listing<RunAnswer>> {
  // A whole day, so that the address stays the same from sweep to sweep and its ETag holds.
  const since = new Date(nowMs - WINDOW_MS).toISOString().slice(0, 10);
  const listings: Listing<RunAnswer>[] = [];
  for (const status of ACTIVE) {
    const listing = await readListing(
      rest,
      {
        path: `${path}/runs?status=${status}&created=${encodeURIComponent(`>=${since}`)}&per_page=100`,
        schema: runsPage,
        itemsOf: (page) => page.workflow_runs,
        keyOf: (run) => run.id,
        totalOf: (page) => page.total_count,
      },
      options,
    );
    listings.push(listing);
  }
  const runs = new Map(listings.flatMap((listing) => listing.items.map((run) => [run.id, run])));
  const failure = listings.find((listing) => listing.failure !== undefined)?.failure;
  return {
    items: [...runs.values()],
    complete: listings.every((listing) => listing.complete),
    ...(failure === undefined ? {} : { failure }),
  };
}

function listJobs(rest: Rest, path: string, options: ReadOptions): Promise<Listing<JobAnswer>> {
  return readListing(
    rest,
    {
      path: `${path}?filter=latest&per_page=100`,
      schema: jobsPage,
      itemsOf: (page) => page.jobs,
      keyOf: (job) => job.id,
      totalOf: (page) => page.total_count,
    },
    options,
  );
}

function jobOf(job: JobAnswer, run: RunAnswer | null, repository: string): GitHubJob {
  return {
    id: job.id,
    runId: job.run_id,
    runAttempt: job.run_attempt ?? 1,
    repository: run?.repository?.full_name ?? repository,
    isPrivate: run?.repository?.private ?? null,
    name: job.name,
    status: job.status,
    conclusion: job.conclusion,
    labels: job.labels,
    // Not yet taken is null or empty, depending on the day.
    runnerName: job.runner_name === undefined || job.runner_name === "" ? null : job.runner_name,
    createdAtMs: instantMs(job.created_at),
    startedAtMs: instantMs(job.started_at),
    completedAtMs: instantMs(job.completed_at),
  };
}
