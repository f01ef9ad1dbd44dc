import { Ledger } from "../../shared/controller/ledger.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import { waitReason } from "../../shared/controller/wait-reason.ts";
import type { WaitReason } from "../../shared/controller/wait-reason-schema.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";

/** What the controller says of a job where nothing else is known: no other job, no slot, no pause. */
export function reasonByRules(
  facts: JobFacts,
  pools: readonly ServingPool[],
  ownPrefix: string,
  nowMs: number,
): WaitReason {
  const ledger = new Ledger(ownPrefix);
  ledger.apply({ type: "job", source: "sweep", facts, atMs: nowMs, seenAtMs: nowMs });
  return waitReason(ledger, pools, facts.jobId, nowMs);
}
