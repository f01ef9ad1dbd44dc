import type { GitHubErrorCode, GitHubJob, GitHubRunner, RunnerScope } from "../github/model/types.ts";

/** One thing that a sweep could not read, and what to do about it. */
export interface SweepFailure {
  /** What was to be read, as `jobs of acme/web`. */
  readonly what: string;
  /** `incomplete` where no call failed and yet not everything was read. */
  readonly code: GitHubErrorCode | "incomplete";
  readonly message: string;
  readonly remedy: string;
  /** When GitHub wants to be asked again, milliseconds since the epoch. */
  readonly retryAtMs: number | null;
}

/** The runners of one scope as GitHub lists them. */
export interface RunnerInventory {
  readonly scope: RunnerScope;
  readonly items: readonly GitHubRunner[];
  /** Whether all pages were read; only then does a missing runner mean that it is gone. */
  readonly complete: boolean;
}

/** What one sweep saw. Evidence as of `startedAtMs`: what changed later may or may not be in it. */
export interface SweepResult {
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly jobs: {
    readonly items: readonly GitHubJob[];
    /** Whether every repository that the fleet serves was read to the end. */
    readonly complete: boolean;
    /** Jobs that GitHub was asked for by their id, and has not, in repositories that it shows. */
    readonly absent: readonly number[];
    /** `owner/name` of those that were, even where others were not. */
    readonly repositories: readonly string[];
    /** Since when all of them have been read, in this sweep or an earlier one; null while one never was. */
    readonly allReadSinceMs: number | null;
    /** `owner/name` of those that have another name by now. */
    readonly redirected: readonly string[];
  };
  readonly runners: readonly RunnerInventory[];
  readonly failures: readonly SweepFailure[];
}

/** Whether it read everything: the jobs of every repository, and the runners of every scope. */
export function isWhole({ jobs, runners }: SweepResult): boolean {
  return jobs.complete && runners.every(({ complete }) => complete);
}

/**
 * As of when everything has been read, milliseconds since the epoch; null while some of it never was. Where the
 * repositories take turns, a round of all of them is what a whole sweep is elsewhere.
 */
export function wholeAtMs(result: SweepResult): number | null {
  return isWhole(result) ? result.finishedAtMs : result.jobs.allReadSinceMs;
}
