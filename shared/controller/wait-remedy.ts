import { AGAIN_BY_ITSELF } from "./pause-codes.ts";
import type { Refusal, WaitReason } from "./wait-reason-schema.ts";

/**
 * Who ends a wait. `time`: it ends by itself. `operator`: an operator's own word holds it. `person`: something has to be
 * mended. `nobody`: no runner of this agent is due.
 */
export type Mender = "time" | "operator" | "person" | "nobody";

/** What would change that a job waits, and who does that. */
export interface Remedy {
  readonly mender: Mender;
  readonly text: string;
}

/** Failures in a row of one cause after which nobody should wait for it to pass. */
const NO_LONGER_CHANCE = 3;
/** An engine that is restarted, or its machine, is back by then. */
const RESTART_MS = 2 * 60_000;
/** GitHub itself names the end of this one. */
const RATE_LIMITED = "github-rate-limited";

/** What would change it. The text can be followed where it is read: commands are those of `hookline`. */
export function remedyFor(reason: WaitReason): Remedy {
  switch (reason.code) {
    case "unheard":
      return nobody("Ask GitHub about it: hookline why JOB_ID --repository OWNER/NAME.");
    case "ended":
      return nobody("Nothing: it has ended. Run it again at GitHub if it should run.");
    case "running":
      return nobody("Nothing: it runs.");
    case "held":
      return nobody("Approve it at GitHub, or wait for the jobs of its concurrency group or matrix.");
    case "gone":
      return nobody("Nothing: GitHub no longer has it. Run the workflow again if it should run.");
    case "overdue":
      return time("Run the workflow again: GitHub cancels a job that has waited 24 hours.");
    case "no-pool":
      return nobody(poolRemedy(reason.refusals.map(({ refusal }) => refusal)));
    case "unconfirmed":
      return time(
        "Wait for the next sweep. If its repository cannot be read, give the credential Actions: read there.",
      );
    case "not-ready":
      return time("Wait: the agent is still learning what exists. If it lasts, look at Docker and at the link.");
    case "starting":
    case "covered":
      return time("Wait: a runner is on its way.");
    default:
      return placeRemedy(reason);
  }
}

function poolRemedy(refusals: readonly Refusal[]): string {
  const isTooBig = refusals.some((refusal) => refusal.code === "labels" && refusal.beyond !== undefined);
  if (isTooBig) return "Ask for less in runs-on, or raise the maximum under sizes of the pool in the pools file.";
  return "Add its labels or its repository to a pool of the pools file; hookline explain tries a payload.";
}

type PlaceReason = Extract<
  WaitReason,
  {
    code:
      | "passed-over"
      | "not-given"
      | "threshold"
      | "full"
      | "machine-full"
      | "scheduled"
      | "share"
      | "house"
      | "no-room"
      | "no-node"
      | "paused"
      | "engine-silent"
      | "operator-pause"
      | "draining";
  }
>;

function placeRemedy(reason: PlaceReason): Remedy {
  switch (reason.code) {
    case "passed-over":
      return time("Wait: another runner is started in its place within minutes.");
    case "not-given":
      return person(
        "Look at githubstatus.com, and whether the runner group of the pool may be used by this repository.",
      );
    case "threshold":
      return time("Lower scaling.queueThreshold or scaling.cooldownSeconds of the pool to be served sooner.");
    case "full":
      return time("Raise scaling.max of the pool, or wait for one of its jobs to end.");
    case "machine-full":
      return time("Raise maxSlots in the pools file, or wait for a job of any pool to end.");
    case "engine-silent":
      return silenceRemedy(reason.engines, reason.forMs);
    case "house":
      return time("Wait for that work to end, or change holdWhile of the pool in the pools file.");
    case "share":
      return time("Wait for a job of that repository to end, or raise maxPerRepository of the pool in the pools file.");
    case "scheduled":
      return time("Wait for the end of these hours, or change the schedule of the pool in the pools file.");
    case "no-room":
      return person(
        "Free disk or memory on this machine, or lower HOOKLINE_MIN_FREE_DISK or HOOKLINE_MIN_FREE_MEMORY.",
      );
    case "no-node":
      return time(
        "Wait: it starts by itself once a node has room. Add a node, or lower resources or placement of the pool.",
      );
    case "paused":
      return pauseRemedy(reason.why, reason.failures);
    case "operator-pause":
      return { mender: "operator", text: "To go on: hookline resume." };
    case "draining":
      return { mender: "operator", text: `hookline drain ${reason.pool} --undo` };
  }
}

function silenceRemedy(engines: readonly string[], forMs: number): Remedy {
  const text = `Look at Docker on ${engines.join(", ")}: hookline doctor says what stands in the way.`;
  return forMs < RESTART_MS ? time(`Wait: it is asked again and again. ${text}`) : person(text);
}

function pauseRemedy(why: string, failures: number): Remedy {
  const text = "hookline status shows the pool's last failure and what to do about it.";
  const passes = why === RATE_LIMITED || (AGAIN_BY_ITSELF.has(why) && failures < NO_LONGER_CHANCE);
  return passes ? time(`Wait: it is tried again. ${text}`) : person(text);
}

const time = (text: string): Remedy => ({ mender: "time", text });
const person = (text: string): Remedy => ({ mender: "person", text });
const nobody = (text: string): Remedy => ({ mender: "nobody", text });
