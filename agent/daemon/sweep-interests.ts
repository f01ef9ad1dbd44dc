import type { Clock } from "../../shared/clock/clock.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import { servingPools } from "../../shared/controller/serving.ts";
import type { GitHub, RunnerScope } from "../github/model/types.ts";
import type { SlotRecords } from "../journal/slot-records.ts";
import { toRunnerScope } from "../slots/runner-scope.ts";
import { ownPrefix } from "../slots/slot-name.ts";
import { InventoryTurns } from "../sweeps/inventory-turns.ts";
import { JobQuestions, type BelievedJob } from "../sweeps/job-questions.ts";
import type { SweepOptions } from "../sweeps/sweep.ts";

export interface InterestOptions {
  readonly instance: string;
  readonly ledger: Ledger;
  readonly records: SlotRecords;
  readonly pools: () => readonly ServingPool[];
  readonly github: GitHub;
  readonly clock: Clock;
}

/** What sweeps have to look at beside the pools file: what the ledger believes in, GitHub has to be asked about. */
export function sweepInterests(
  options: InterestOptions,
): Pick<SweepOptions, "activeRepositories" | "otherScopes" | "questions" | "turns"> {
  const { github, clock } = options;
  return {
    activeRepositories: () => activeRepositories(options),
    otherScopes: () => slotScopes(options),
    turns: new InventoryTurns((name) => name.startsWith(ownPrefix(options.instance))),
    questions: new JobQuestions({ github, believed: () => believedJobs(options), clock }),
  };
}

/** Where jobs are known that have not ended. */
function* activeRepositories({ ledger }: InterestOptions): Generator<string> {
  for (const { facts } of ledger.jobs) yield facts.repository;
}

/** Where the runners of slots are registered, the intents of an earlier process included. */
function* slotScopes({ ledger, records }: InterestOptions): Generator<RunnerScope> {
  for (const { scope } of ledger.slots) yield toRunnerScope(scope);
  for (const { scope } of records.unfinished()) yield toRunnerScope(scope);
}

/** The jobs whose end this agent has to learn of. */
function* believedJobs({ instance, ledger, pools }: InterestOptions): Generator<BelievedJob> {
  const prefix = ownPrefix(instance);
  for (const { facts, lastSeenMs } of ledger.jobs) {
    const { jobId, repository, runnerName } = facts;
    const isOurs = runnerName?.startsWith(prefix) === true || servingPools(pools(), facts).length > 0;
    if (isOurs) yield { jobId, repository, lastSeenMs };
  }
}
