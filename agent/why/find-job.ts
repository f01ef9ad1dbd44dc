import type { Clock } from "../../shared/clock/clock.ts";
import { messageOf } from "../../shared/errors/message-of.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { GitHubError, type GitHub, type GitHubJob } from "../github/model/types.ts";
import { filledFleet } from "../sweeps/filled-fleet.ts";
import { SweepFailures } from "../sweeps/sweep-failures.ts";
import { sweepTargets } from "../sweeps/sweep-targets.ts";
import type { JobReference } from "./job-reference.ts";

/** Calls that a bare id may cost. */
export const MOST_CALLS = 50;

/** GitHub has no such job where it was looked for. */
export class JobNotFound extends OperatorError<"job-not-found"> {}

export interface FindJobOptions {
  readonly github: GitHub & { stats(): { readonly calls: number } };
  readonly fleet: Fleet;
  /** Repositories where something goes on, those with the most of it first. */
  readonly active: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Asks GitHub for a job: in its repository where that is named, else in those of the fleet, the most active first, with
 * fifty calls at most.
 * @throws {JobNotFound} saying where it was looked for.
 * @throws {GitHubError} if a named repository cannot be asked.
 */
export async function findJob({ jobId, repository }: JobReference, options: FindJobOptions): Promise<GitHubJob> {
  const { github, signal } = options;
  if (repository !== null) {
    const job = await github.readJob(repository, jobId, signal);
    if (job !== null) return job;
    const remedy =
      "Look at the number, and whether the credential may read this repository: GitHub answers 404 to both.";
    throw new JobNotFound("job-not-found", `GitHub shows no job ${jobId} in ${repository}.`, remedy);
  }
  const before = github.stats().calls;
  const left = (): number => MOST_CALLS - (github.stats().calls - before);
  const candidates = await candidatesOf(options);
  const problems: string[] = [];
  let asked = 0;
  for (const name of candidates) {
    if (left() <= 0) break;
    asked += 1;
    const job = await github.readJob(name, jobId, signal).catch((error: unknown) => {
      if (!(error instanceof GitHubError)) throw error;
      problems.push(`${name}: ${messageOf(error)}`);
      return null;
    });
    if (job !== null) return job;
  }
  const unread = problems.length === 0 ? "" : ` Not read: ${problems.slice(0, 3).join("; ")}.`;
  const message = `GitHub shows no job ${jobId} in the ${asked} of ${candidates.length} repositories that were asked.${unread}`;
  throw new JobNotFound(
    "job-not-found",
    message,
    "Name its repository with --repository OWNER/NAME, or give its address.",
  );
}

/** Where something goes on, then what pools name, then what was pushed to last. */
async function candidatesOf(options: FindJobOptions): Promise<readonly string[]> {
  const { github, active, signal } = options;
  const failures = new SweepFailures();
  const filled = await filledFleet(options, failures);
  const { repositories } = await sweepTargets(github, filled, failures, signal);
  const served = new Set(repositories.map((name) => name.toLowerCase()));
  const first = active.filter((name) => served.has(name.toLowerCase()));
  return [...new Map([...first, ...repositories].map((name) => [name.toLowerCase(), name])).values()];
}
