import { describeProvision, describeWait } from "../../shared/controller/describe-reason.ts";
import { Ledger } from "../../shared/controller/ledger.ts";
import type { HouseWord } from "../../shared/controller/events.ts";
import type { OperatorPause } from "../../shared/controller/operator-pause.ts";
import { plan } from "../../shared/controller/plan.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import { servingPools } from "../../shared/controller/serving.ts";
import { waitReason } from "../../shared/controller/wait-reason.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";

/** What the controller would do about a delivery, in which pool, and why. */
export interface Decision {
  readonly pool: string | null;
  readonly action: "provision" | "cover" | "wait" | "ignore" | "retire";
  readonly reason: string;
}

/** What holds an agent back that knows of no slot and of no other job. */
export interface KnownAlready {
  readonly pause?: OperatorPause | null;
  /** What its machine does beside jobs, by the pools that heed it. */
  readonly house?: ReadonlyMap<string, HouseWord>;
}

/** What a delivery means for an agent that knows of nothing but that, at the time that the event speaks of. */
export function decide(
  facts: JobFacts,
  pools: readonly ServingPool[],
  ownPrefix: string,
  known: KnownAlready = {},
): Decision {
  const { phase, runnerName } = facts;
  if (phase === "waiting") {
    const reason = "the job waits for an approval or for other jobs; nothing is started before it is queued";
    return { pool: null, action: "wait", reason };
  }
  if (phase === "queued") return decideQueued(facts, pools, ownPrefix, known);
  if (runnerName === null) return decideWithoutRunner(facts, pools);
  const taken = phase === "in_progress";
  if (!runnerName.startsWith(ownPrefix)) {
    const what = taken ? "has taken the job" : "had the job";
    return { pool: null, action: "ignore", reason: `${runnerName}, which is no runner of this agent, ${what}` };
  }
  const pool = poolOfRunner(runnerName, pools, ownPrefix);
  if (taken) return { pool, action: "cover", reason: `slot ${runnerName} has taken the job and is busy` };
  return { pool, action: "retire", reason: `the job of slot ${runnerName} is done; the slot ends and is cleared away` };
}

/** Asks the controller itself, with a ledger that holds this job alone. */
function decideQueued(
  facts: JobFacts,
  pools: readonly ServingPool[],
  ownPrefix: string,
  { pause = null, house = new Map() }: KnownAlready,
): Decision {
  const { jobId, phaseAtMs: atMs } = facts;
  const ledger = new Ledger(ownPrefix);
  ledger.apply({ type: "operator-pause", pause });
  ledger.apply({ type: "house", atMs, words: house });
  ledger.apply({ type: "job", source: "signal", facts, atMs, seenAtMs: atMs });
  for (const action of plan(ledger, pools, atMs).actions) {
    if (action.type !== "provision" || action.reason.code !== "demand" || action.reason.jobId !== jobId) continue;
    const engines = pools.find(({ pool }) => pool.key === action.pool)?.pool.engines ?? [];
    const where = engines.length === 0 ? "" : `; on the first of its engines with room: ${engines.join(", ")}`;
    return { pool: action.pool, action: "provision", reason: `${describeProvision(action.reason)}${where}` };
  }
  const why = waitReason(ledger, pools, jobId, atMs);
  const [first] = servingPools(pools, facts);
  if (first === undefined) return { pool: null, action: "ignore", reason: describeWait(why) };
  return { pool: first.pool.key, action: why.code === "covered" ? "cover" : "wait", reason: describeWait(why) };
}

/** Cancelled or skipped while it was queued. */
function decideWithoutRunner(facts: JobFacts, pools: readonly ServingPool[]): Decision {
  const [first] = servingPools(pools, facts);
  if (first === undefined) {
    return { pool: null, action: "ignore", reason: "it ended before a runner took it, and no pool serves it" };
  }
  const { key, scaling } = first.pool;
  const idle = `a slot that was started for it goes after ${scaling.cooldownSeconds} s idle, or takes another job`;
  return { pool: key, action: "retire", reason: `it ended before a runner took it; ${idle}` };
}

/** The pool of a runner of this agent, by its name; null where no pool of the file begins so. */
export function poolOfRunner(runnerName: string, pools: readonly ServingPool[], ownPrefix: string): string | null {
  const rest = runnerName.slice(ownPrefix.length);
  const cut = rest.lastIndexOf("-");
  const named = pools.find(({ pool }) => cut > 0 && pool.key.startsWith(rest.slice(0, cut)));
  return named?.pool.key ?? null;
}
