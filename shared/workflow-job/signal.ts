import * as z from "zod/mini";

const instantMs = z.nullable(z.number());

/** The small record kept of one `workflow_job` delivery. Times are milliseconds since the Unix epoch. */
export const signalSchema = z.object({
  /** `X-GitHub-Delivery`: names the event, the same on a redelivery and for each hook that saw the event. */
  guid: z.string(),
  /** `X-GitHub-Hook-ID`, unsigned; for freshness only. */
  hookId: z.nullable(z.string()),
  action: z.string(),
  status: z.string(),
  conclusion: z.nullable(z.string()),
  jobId: z.number(),
  jobName: z.nullable(z.string()),
  runId: z.number(),
  runAttempt: z.number(),
  /** `owner/name`. */
  repository: z.string(),
  /** GitHub's id of the repository, which outlives its name; absent where an earlier version took the signal. */
  repositoryId: z.optional(z.number()),
  isPrivate: z.nullable(z.boolean()),
  labels: z.array(z.string()),
  runnerName: z.nullable(z.string()),
  runnerGroup: z.nullable(z.string()),
  createdAtMs: instantMs,
  startedAtMs: instantMs,
  completedAtMs: instantMs,
  receivedAtMs: z.number(),
});

export type Signal = z.infer<typeof signalSchema>;

/** A signal in its place in the mailbox. */
export const sequencedSignalSchema = z.object({ seq: z.number(), signal: signalSchema });
export type SequencedSignal = z.infer<typeof sequencedSignalSchema>;
