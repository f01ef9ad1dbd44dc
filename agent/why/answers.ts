import { describeWait } from "../../shared/controller/describe-reason.ts";
import type { WaitReason } from "../../shared/controller/wait-reason-schema.ts";
import { remedyFor } from "../../shared/controller/wait-remedy.ts";
import type { RunningJob, WaitingJob } from "../../shared/status/job-status.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { OneFinished } from "../journal/finished-jobs.ts";
import type { WhyAnswer, WhySource } from "./answer.ts";

type Words = Omit<WhyAnswer, "why" | "remedy" | "mender">;

/** Nothing of it is known beside the reason. */
const BLANK = { repository: null, name: null, pool: null, runner: null, sinceMs: null, ranMs: null, conclusion: null };

function answer(words: Words, why = describeWait(words.reason)): WhyAnswer {
  const { text: remedy, mender } = remedyFor(words.reason);
  return { ...words, why, remedy, mender };
}

/** What the daemon says of a job that waits. */
export function ofWaiting(job: WaitingJob, atMs: number): WhyAnswer {
  const { jobId, repository, name, sinceMs, reason } = job;
  const pool = "pool" in reason ? reason.pool : null;
  return answer({ ...BLANK, jobId, repository, name, state: "waiting", reason, source: "daemon", pool, sinceMs, atMs });
}

/** What the daemon says of a job on one of its runners. */
export function ofRunning(job: RunningJob, atMs: number): WhyAnswer {
  const { jobId, repository, name, pool, slot: runner, startedAtMs: sinceMs } = job;
  const reason: WaitReason = { code: "running", runner };
  return answer({
    ...BLANK,
    jobId,
    repository,
    name,
    state: "running",
    reason,
    source: "daemon",
    pool,
    runner,
    sinceMs,
    atMs,
  });
}

/** A job by its facts; `reason` is what the rules say where it still waits. */
export function ofFacts(
  facts: JobFacts,
  reason: WaitReason,
  source: WhySource,
  pool: string | null,
  atMs: number,
): WhyAnswer {
  const { jobId, repository, jobName: name, phase, runnerName: runner, conclusion, startedAtMs, completedAtMs } = facts;
  const state = phase === "completed" ? "ended" : phase === "in_progress" ? "running" : "waiting";
  const ran = startedAtMs === null || completedAtMs === null || runner === null ? null : completedAtMs - startedAtMs;
  const words: Words = {
    jobId,
    repository,
    name,
    state,
    reason,
    source,
    pool,
    runner,
    sinceMs: state === "running" ? startedAtMs : facts.phaseAtMs,
    ranMs: ran === null ? null : Math.max(0, ran),
    conclusion,
    atMs,
  };
  return answer(words, state === "ended" ? describeEnd(facts, pool) : describeWait(reason));
}

/** A job of which only what reports need is kept. */
export function ofFinished(jobId: number, job: OneFinished, atMs: number): WhyAnswer {
  const { pool, repository, conclusion, runMs: ranMs, completedAtMs: sinceMs } = job;
  const reason: WaitReason = { code: "ended", conclusion };
  const words: Words = {
    ...BLANK,
    jobId,
    repository,
    state: "ended",
    reason,
    source: "journal",
    pool,
    ranMs,
    sinceMs,
    conclusion,
    atMs,
  };
  return answer(words, `it has ended: ${conclusion}, on a runner of ${pool}`);
}

/** A job that is queued and that nobody has told the agent of; the pools that may serve it are known by the rules. */
export function ofUnheard(facts: JobFacts, pool: string, daemonRuns: boolean, atMs: number): WhyAnswer {
  const { jobId, repository, jobName: name, phaseAtMs: sinceMs } = facts;
  const reason: WaitReason = { code: "unheard" };
  const words: Words = {
    ...BLANK,
    jobId,
    repository,
    name,
    state: "waiting",
    reason,
    source: "github",
    pool,
    sinceMs,
    atMs,
  };
  if (!daemonRuns) {
    const remedy = "Start hookline agent, or name the folder of the one that runs in HOOKLINE_DATA.";
    return { ...words, why: `no daemon answers here; ${pool} may serve it`, remedy, mender: "person" };
  }
  const remedy = "Wait for the next sweep. If it lasts: hookline doctor looks at the webhook and at the sweeps.";
  return { ...words, why: `the agent has not heard of it yet; ${pool} may serve it`, remedy, mender: "time" };
}

function describeEnd({ conclusion, runnerName }: JobFacts, pool: string | null): string {
  const how = `it has ended: ${conclusion ?? "GitHub has not said how"}`;
  if (runnerName === null) return `${how}, before a runner took it`;
  return pool === null
    ? `${how}, on ${runnerName}, which is no runner of this agent`
    : `${how}, on ${runnerName} of ${pool}`;
}
