/** A runner prints a few lines from its start to the job; these are more than it ever does. */
export const RUNNER_LINES = 200;

/**
 * Whether a runner runs a job, by what it printed; null where it has said neither.
 * https://github.com/actions/runner/blob/main/src/Runner.Listener/JobDispatcher.cs
 */
export function runsJob(printed: string): boolean | null {
  if (/completed with result:/.test(printed)) return false;
  if (/Running job:/.test(printed)) return true;
  return /Listening for Jobs/.test(printed) ? false : null;
}
