import * as z from "zod/mini";

import { waitReasonSchema } from "../controller/wait-reason-schema.ts";

const job = {
  jobId: z.number(),
  name: z.nullable(z.string()),
  runId: z.number(),
  attempt: z.number(),
  repository: z.string(),
  labels: z.array(z.string()),
};

/** A job that has no runner yet. */
export const waitingJobSchema = z.object({
  ...job,
  /** GitHub's word: `queued`, or `waiting` where it holds the job itself. */
  phase: z.enum(["queued", "waiting"]),
  /** Since when it has waited for a runner. */
  sinceMs: z.number(),
  reason: waitReasonSchema,
  /** The reason as a sentence. */
  why: z.string(),
  /** What would change it. */
  remedy: z.string(),
  mender: z.enum(["time", "operator", "person", "nobody"]),
});
export type WaitingJob = z.output<typeof waitingJobSchema>;

/** A job on one of this agent's runners. */
export const runningJobSchema = z.object({
  ...job,
  slot: z.string(),
  /** Null for a slot that is no longer known. */
  pool: z.nullable(z.string()),
  startedAtMs: z.nullable(z.number()),
});
export type RunningJob = z.output<typeof runningJobSchema>;

export const jobsStatusSchema = z.object({
  /** Jobs that wait, by the code of their reason. */
  byReason: z.record(z.string(), z.number()),
  /** How many there are, those included that are not listed. */
  waitingTotal: z.number(),
  /** Those that have waited longest, oldest first. */
  waiting: z.array(waitingJobSchema),
  runningTotal: z.number(),
  running: z.array(runningJobSchema),
});
export type JobsStatus = z.output<typeof jobsStatusSchema>;
