import { instantMs, job as jobAnswer, jobsPage, type JobAnswer, type RunAnswer } from "../model/answers.ts";
import { readListing } from "../http/listing.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import type { ReadOptions, Rest } from "../http/rest.ts";
import { actionsPath, repositoryScope } from "../model/scope.ts";
import { GitHubError, type ActiveJobs, type GitHubJob, type Listing } from "../model/types.ts";
import type { ActiveRuns } from "./active-runs.ts";

/** Reads the jobs of unfinished runs, of so many at once as may be; those that waited longest for it come first. */
export class JobLists {
  readonly #rest: Rest;
  readonly #runs: ActiveRuns;
  /** The turn in which each run's jobs were last read, by repository. */
  readonly #readIn = new Map<string, Map<number, number>>();
  #turn = 0;

  constructor(rest: Rest, runs: ActiveRuns) {
    this.#rest = rest;
    this.#runs = runs;
  }

  /**
   * The jobs of the repository's unfinished runs, finished ones included, of `mostRuns` runs at most. A run that is gone
   * is left out; one that cannot be read, or has to wait for its turn, makes the listing incomplete. Throws GitHubError
   * when the runs themselves cannot be listed.
   *
   * https://docs.github.com/en/rest/actions/workflow-jobs
   */
  async active(repository: string, mostRuns: number, signal: AbortSignal): Promise<ActiveJobs> {
    const scope = repositoryScope(repository);
    const options = { scope, signal };
    const found = await this.#runs.find(repository, options);
    const chosen = this.#choose(repository, found.items, mostRuns);
    const jobs = new Map<number, GitHubJob>();
    let { complete, failure, shortfall } = { failure: undefined, shortfall: undefined, ...found };
    for (const run of chosen) {
      try {
        const listing = await listJobs(this.#rest, `${actionsPath(scope)}/runs/${run.id}/jobs`, options);
        for (const job of listing.items) jobs.set(job.id, jobOf(job, run, repository));
        complete &&= listing.complete;
        failure ??= listing.failure;
        shortfall ??= listing.shortfall;
      } catch (error) {
        if (!(error instanceof GitHubError)) throw error;
        if (error.code === "not-found") continue;
        complete = false;
        failure ??= error;
      }
    }
    if (chosen.length < found.items.length) {
      complete = false;
      shortfall ??= `${chosen.length} of ${found.items.length} unfinished runs were read, the others follow in turn`;
    }
    return {
      items: [...jobs.values()],
      complete,
      calls: found.calls + chosen.length,
      redirected: found.redirected,
      ...(failure === undefined ? {} : { failure }),
      ...(shortfall === undefined ? {} : { shortfall }),
    };
  }

  #choose(repository: string, runs: readonly RunAnswer[], most: number): readonly RunAnswer[] {
    const before = this.#readIn.get(repository) ?? new Map<number, number>();
    const readIn = ({ id }: RunAnswer): number => before.get(id) ?? 0;
    const chosen = runs.toSorted((a, b) => readIn(a) - readIn(b) || a.id - b.id).slice(0, most);
    this.#turn += 1;
    const read = new Set(chosen.map(({ id }) => id));
    this.#readIn.set(repository, new Map(runs.map((run) => [run.id, read.has(run.id) ? this.#turn : readIn(run)])));
    return chosen;
  }
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
