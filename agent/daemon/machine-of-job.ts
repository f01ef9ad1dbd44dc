import { sizeOf, type ServingPool } from "../../shared/controller/pool-choice.ts";
import type { Slot } from "../../shared/controller/slot.ts";
import { PLAIN_MACHINE, type RunnerMachine } from "../../shared/costs/runner-machine.ts";
import { resourcesOfSize } from "../../shared/fleet/sizes.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";

/**
 * What the runner of a job was: of the architecture of its pool, with the CPUs of the pool or of its size. Where
 * its slot is not known any more, that is what the job asked for.
 */
export function machineOfJob(
  pools: readonly ServingPool[],
  pool: string,
  slot: Pick<Slot, "sizeLabels"> | undefined,
  job: Pick<JobFacts, "labels">,
): RunnerMachine {
  const serving = pools.find((each) => each.pool.key === pool);
  if (serving === undefined) return PLAIN_MACHINE;
  const { cpus = null } = resourcesOfSize(serving.pool.resources, slot?.sizeLabels ?? sizeOf(serving, job));
  return { architecture: serving.labelSet.has("arm64") ? "arm64" : "x64", cpus };
}
