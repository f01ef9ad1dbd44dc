import { describeRefusal } from "../../shared/controller/describe-reason.ts";
import { refusal, sizeOf, type ServingPool } from "../../shared/controller/pool-choice.ts";
import { describeHoldWhile } from "../../shared/fleet/hold-while.ts";
import { foreignTo, type Route } from "../../shared/link/route.ts";
import { eventOfBody, whyNoSignal } from "../../shared/receiver/event-of-body.ts";
import { FOREIGN_REASONS } from "../../shared/receiver/foreign-reasons.ts";
import { factsOfSignal, type JobFacts } from "../../shared/workflow-job/job-facts.ts";
import { readSignal } from "../../shared/workflow-job/read-signal.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { decide, type Decision, type KnownAlready } from "./decide.ts";

/** A pool that was tried, and why it does or does not serve the job. */
export interface TriedPool {
  readonly key: string;
  readonly serves: boolean;
  readonly reason: string;
}

/** What would become of a delivery, from the receiver to the plan. */
export interface Explanation {
  readonly signal: Signal | null;
  /** Why the receiver or the mailbox makes nothing of it, or null. */
  readonly ignored: string | null;
  readonly pools: readonly TriedPool[];
  readonly decision: Decision;
}

export interface ExplainOptions extends KnownAlready {
  /** The delivery's body, parsed. */
  readonly body: unknown;
  /** Its `X-GitHub-Event`; what the body looks like where it is left out. */
  readonly event: string | null;
  readonly pools: readonly ServingPool[];
  /** What the agent announces to the mailbox. */
  readonly routes: readonly Route[];
  /** What the names of this agent's runners begin with. */
  readonly ownPrefix: string;
  /** Stands for the time of receipt, milliseconds since the epoch. */
  readonly nowMs: number;
}

/** A payload by itself has no delivery id. */
const NO_GUID = "00000000-0000-0000-0000-000000000000";

/** Follows a delivery through receiver, mailbox and controller, with nobody asked and nothing changed. */
export function explainDelivery(options: ExplainOptions): Explanation {
  const { body, event, pools, routes, ownPrefix, nowMs } = options;
  const why = whyNoSignal(event ?? eventOfBody(body), body);
  if (why !== null) return nothing(event === null && why !== "ping" ? "the body holds no workflow_job" : why);
  const read = readSignal(body, { guid: NO_GUID, hookId: null, receivedAtMs: nowMs });
  if (!read.ok) return nothing(`unreadable workflow_job: ${read.problem}`);
  const { signal } = read;
  const facts = factsOfSignal(signal);
  const tried = pools.map((pool) => tryPool(pool, facts ?? signal));
  const foreign = foreignTo(routes, signal);
  if (foreign !== null) {
    const ignored = FOREIGN_REASONS[foreign];
    return { signal, ignored, pools: tried, decision: { pool: null, action: "ignore", reason: ignored } };
  }
  const decision = facts === null ? unknownStatus(signal) : decide(facts, pools, ownPrefix, options);
  return { signal, ignored: null, pools: tried, decision };
}

function nothing(ignored: string): Explanation {
  return { signal: null, ignored, pools: [], decision: { pool: null, action: "ignore", reason: ignored } };
}

function tryPool(serving: ServingPool, job: Pick<JobFacts, "repository" | "isPrivate" | "labels">): TriedPool {
  const { key } = serving.pool;
  const why = refusal(serving, job);
  if (why !== null) return { key, serves: false, reason: describeRefusal(why) };
  const labels = job.labels.length === 0 ? "jobs without labels" : `the labels ${job.labels.join(", ")}`;
  const size = sizeOf(serving, job);
  const own = size.length === 0 ? "" : `, by a runner of its own size (${size.join(", ")})`;
  return {
    key,
    serves: true,
    reason: `it serves ${job.repository} and ${labels}${own}${sharesOf(serving)}${heedsOf(serving)}`,
  };
}

function sharesOf({ pool: { maxPerRepository, priority } }: ServingPool): string {
  const share = maxPerRepository === undefined ? "" : `, with ${maxPerRepository} slots at most for one repository`;
  return priority === undefined ? share : `${share}, at priority ${priority} when room is short`;
}

function heedsOf({ pool: { holdWhile } }: ServingPool): string {
  return holdWhile === undefined ? "" : `; it starts nothing on this machine ${describeHoldWhile(holdWhile)}`;
}

function unknownStatus({ status }: Signal): Decision {
  const reason = `the status ${status} is not known to this version; the signal is kept, without effect`;
  return { pool: null, action: "ignore", reason };
}
