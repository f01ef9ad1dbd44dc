import type { Random } from "../../../../shared/clock/clock.ts";
import { groupServes, type Accounts } from "./accounts.ts";
import type { Job, Runner } from "./model.ts";

/** A job and the runner that gets it. */
export interface Assignment {
  readonly job: Job;
  readonly runner: Runner;
}

/**
 * GitHub's rule: each queued job, the oldest first, goes to any idle online runner that has all of its labels and may
 * serve its repository. Which of several takes it is left to chance: a runner is never bound to a job.
 *
 * https://docs.github.com/en/actions/reference/runners/self-hosted-runners#routing-precedence-for-self-hosted-runners
 */
export function assign(
  queued: readonly Job[],
  idle: readonly Runner[],
  accounts: Accounts,
  random: Random,
): readonly Assignment[] {
  const free = new Set(idle);
  const assignments: Assignment[] = [];
  for (const job of queued.toSorted((a, b) => a.queuedAtMs - b.queuedAtMs || a.id - b.id)) {
    if (free.size === 0) break;
    const fitting = [...free].filter((runner) => mayTake(runner, job, accounts));
    const runner = fitting[Math.floor(random() * fitting.length)];
    if (runner === undefined) continue;
    free.delete(runner);
    assignments.push({ job, runner });
  }
  return assignments;
}

/** Whether GitHub would give this job to this runner, were it idle. */
export function mayTake(runner: Runner, job: Job, accounts: Accounts): boolean {
  if (job.labels.length === 0 && job.runnerGroup === null) return false;
  const has = new Set(runner.labels.map((label) => label.toLowerCase()));
  if (!job.labels.every((label) => has.has(label.toLowerCase()))) return false;
  if (runner.scope.kind === "repository") return job.runnerGroup === null && runner.scope.repository === job.repository;
  const group = accounts.group(runner.groupId);
  if (group === null || !groupServes(group, job.repository)) return false;
  return job.runnerGroup === null || job.runnerGroup.toLowerCase() === group.name.toLowerCase();
}
