import type { BeyondSize } from "../fleet/sizes.ts";
import type { WhyLeftOut } from "../fleet/repository-patterns.ts";
import type { ProvisionReason, Refusal, RetireReason, VerifyReason, WaitReason } from "./reasons.ts";

const LEFT_OUT: Readonly<Record<WhyLeftOut, string>> = {
  excluded: "the repository is left out by a name behind a !",
  fork: "the repository is a fork, which a pattern leaves out; name it to serve it",
  archived: "the repository is archived, which a pattern leaves out",
  visibility: "the repository is of another visibility",
  unlisted: "GitHub has not shown the repository yet, which might be a fork or archived",
};

/** Each of these gives the sentence for a person; `explain`, the doctor and the status page print them. */
export function describeRefusal(reason: Refusal): string {
  switch (reason.code) {
    case "other-owner":
      return `it serves ${reason.expected} only`;
    case "other-repository":
      return reason.leftOut === undefined ? "the repository is not one that it may serve" : LEFT_OUT[reason.leftOut];
    case "visibility":
      return `it takes ${reason.expected} repositories only`;
    case "no-labels":
      return "the job names no labels and the pool is not marked groupOnly";
    case "labels":
      return reason.beyond === undefined
        ? `its runners lack ${reason.missing.join(", ")}`
        : reason.beyond.map(describeBeyond).join(", ");
  }
}

function describeBeyond({ label, isSize, most }: BeyondSize): string {
  if (isSize) return `${label} is more than the ${most} that one of its runners may have`;
  return `${label} asks for no size, such as mem=4g or cpu=2, up to ${most}`;
}

export function describeProvision(reason: ProvisionReason): string {
  if (reason.code === "demand") return `job ${reason.jobId} waits and no slot can take it`;
  return `the pool keeps ${reason.min} slots warm`;
}

export function describeRetire(reason: RetireReason): string {
  switch (reason.code) {
    case "surplus":
      return `nobody has needed it for ${seconds(reason.idleMs)}`;
    case "never-online":
      return `it was started ${seconds(reason.startedMsAgo)} ago and GitHub has never seen it online`;
    case "offline":
      return `GitHub has not seen it online for ${seconds(reason.forMs)}`;
    case "lost":
      return `GitHub has not listed its runner for ${seconds(reason.forMs)}`;
    case "job-done":
      return `its job ${reason.jobId} ended ${seconds(reason.forMs)} ago and its container still runs`;
    case "drained":
      return "its pool is being drained";
    case "outdated":
      return "its pool's settings have changed since it was made";
    case "asked":
      return "the operator asked for it";
    case "passed-over":
      return "GitHub listed it as idle and gave it no job while one waited that it could take";
    case "scope-unreadable":
      return "GitHub did not list its runners for ten minutes, and its DELETE decides";
    case "pool-removed":
      return "its pool is no longer in the configuration";
  }
}

export function describeVerify(reason: VerifyReason): string {
  switch (reason.code) {
    case "stale-queued":
      return `word of job ${reason.jobId} came late; GitHub is asked whether it still waits`;
    case "overdue":
      return `job ${reason.jobId} has waited longer than GitHub lets a job wait; GitHub is asked whether it still does`;
    case "idle-unconfirmed":
      return `slot ${reason.slot} is not needed; GitHub is asked whether it is idle`;
    case "end-unconfirmed":
      return `slot ${reason.slot} seems to be at its end; GitHub is asked whether it is`;
  }
}

export function describeWait(reason: WaitReason): string {
  switch (reason.code) {
    case "unheard":
      return "nothing has been heard of this job";
    case "ended":
      return `it has ended: ${reason.conclusion ?? "GitHub has not said how"}`;
    case "running":
      return `it runs on ${reason.runner ?? "a runner that GitHub has not named"}`;
    case "held":
      return "GitHub holds it: for an approval, a concurrency group or max-parallel";
    case "gone":
      return `GitHub has had no such job since ${new Date(reason.sinceMs).toISOString()}`;
    case "unconfirmed":
      return "word of it came late, and no sweep has seen it yet";
    case "overdue":
      return "it has waited longer than GitHub lets a job wait, and no sweep has seen it since";
    case "no-pool":
      return `no pool serves it: ${reason.refusals.map(({ pool, refusal }) => `${pool}: ${describeRefusal(refusal)}`).join("; ")}`;
    case "not-ready":
      return `the agent plans nothing yet: ${reason.holds.join(", ")}`;
    default:
      return describePlace(reason);
  }
}

/** What the pools that may serve it have for it. */
type PlaceReason = Exclude<
  WaitReason,
  { code: "unheard" | "ended" | "running" | "held" | "gone" | "unconfirmed" | "overdue" | "no-pool" | "not-ready" }
>;

function describePlace(reason: PlaceReason): string {
  switch (reason.code) {
    case "starting":
      return `a slot of ${reason.pool} is being started for it`;
    case "covered":
      return `a slot of ${reason.pool} can take it: ${reason.slot} is ${reason.state}`;
    case "passed-over":
      return `${reason.slot} of ${reason.pool} is idle, and GitHub has not given it the job`;
    case "not-given":
      return `${reason.slot} of ${reason.pool} is online and idle, and GitHub does not give it the job`;
    case "threshold":
      return `${reason.pool} waits for more jobs until ${time(reason.untilMs)} (queueThreshold: ${reason.threshold})`;
    case "no-room":
      return `this machine is short of disk or memory for a slot of ${reason.pool}; it looks again at ${time(reason.untilMs)}`;
    case "no-node":
      if (reason.why === null)
        return `no node of the swarm had room for a slot of ${reason.pool}; it is tried again at ${time(reason.untilMs)}`;
      return `no room on any node: ${reason.why}; the slot of ${reason.pool} waits for one until ${time(reason.untilMs)}`;
    case "paused":
      return `${reason.pool} is paused until ${time(reason.untilMs)}: ${reason.why}`;
    case "operator-pause":
      return `paused by the operator${reason.untilMs === null ? "" : ` until ${time(reason.untilMs)}`}`;
    case "draining":
      return `${reason.pool} is being drained`;
    case "machine-full": {
      const behind = reason.behind === undefined ? "" : `; ${reason.behind.join(", ")} of higher priority goes first`;
      const where = reason.engine === undefined ? "this machine" : `engine ${reason.engine}`;
      return `${where} holds as many slots as it may (maxSlots: ${reason.maxSlots})${behind}`;
    }
    case "house":
      return `${reason.pool} holds back while this machine is at other work: ${reason.why.join("; ")}`;
    case "share":
      return `${reason.pool} holds as many slots for ${reason.repository} as it may (maxPerRepository: ${reason.most})`;
    case "scheduled": {
      const until = reason.untilMs === null ? "" : ` until ${time(reason.untilMs)}`;
      return `${reason.pool} holds ${reason.max === 0 ? "no slot" : `${reason.max} at most`}${until} by its schedule`;
    }
    case "engine-silent":
      return `no Docker Engine of ${reason.pool} answers: ${reason.engines.join(", ")}`;
    case "full":
      return `no room in ${reason.pools.join(", ")}`;
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function time(atMs: number): string {
  return new Date(atMs).toISOString();
}
