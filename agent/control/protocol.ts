import * as z from "zod/mini";

import type { Holds } from "../../shared/controller/holds.ts";
import type { OperatorPause } from "../../shared/controller/operator-pause.ts";
import { runningJobSchema, waitingJobSchema } from "../../shared/status/job-status.ts";
import { statusSchema } from "../../shared/status/status.ts";
import type { LogReplay } from "../sweeps/log-replay.ts";

/** Longest line that the daemon takes, in characters. */
export const MAX_REQUEST = 4096;
/** Longest line that a command takes: a document of a thousand jobs has half a million characters. */
export const MAX_ANSWER = 16 * 1024 * 1024;

const drainSchema = z.strictObject({
  op: z.literal("drain"),
  pool: z.string().check(z.minLength(1), z.maxLength(100)),
  /** False takes an earlier drain back. */
  on: z.boolean(),
});
/** `force` stops the slot's container even with a job. */
const retireSchema = z.strictObject({
  op: z.literal("retire"),
  slot: z.string().check(z.minLength(1), z.maxLength(100)),
  force: z.boolean(),
});
export type RetireRequest = z.output<typeof retireSchema>;
export type DrainRequest = z.output<typeof drainSchema>;

/** What a command asks of the daemon: one JSON line a connection. */
export const requestSchema = z.discriminatedUnion("op", [
  drainSchema,
  retireSchema,
  /** `watch`: another answer after each change, until the command goes away. */
  z.strictObject({ op: z.literal("status"), watch: z.optional(z.boolean()) }),
  z.strictObject({ op: z.literal("job"), jobId: z.int().check(z.positive()) }),
  z.strictObject({ op: z.literal("reload") }),
  z.strictObject({ op: z.literal("holds") }),
  /** Null for until it is taken back. */
  z.strictObject({ op: z.literal("pause"), forMs: z.nullable(z.int().check(z.positive())) }),
  z.strictObject({ op: z.literal("resume") }),
  /** Reads GitHub's delivery logs again; milliseconds since the epoch. */
  z.strictObject({ op: z.literal("replay"), sinceMs: z.int().check(z.nonnegative()) }),
]);
export type ControlRequest = z.output<typeof requestSchema>;
export type StatusRequest = Extract<ControlRequest, { op: "status" }>;

const progressSchema = z.object({
  draining: z.boolean(),
  slots: z.number(),
  busy: z.number(),
  open: z.number(),
});

const slotSchema = z.object({
  phase: z.enum(["coming-up", "idle", "busy", "ending"]),
  jobId: z.nullable(z.number()),
});

const pauseSchema: z.ZodMiniType<OperatorPause> = z.object({ sinceMs: z.number(), untilMs: z.nullable(z.number()) });

const logReplaySchema: z.ZodMiniType<LogReplay> = z.object({
  logs: z.number(),
  recovered: z.number(),
  open: z.number(),
});

const holdsSchema: z.ZodMiniType<Holds> = z.object({
  drained: z.array(z.string()),
  pauses: z.array(z.object({ place: z.string(), code: z.string(), untilMs: z.number(), failures: z.number() })),
  operatorPause: z.nullable(pauseSchema),
});

/** What the daemon answers, a JSON line each: how it goes, then one of the others. */
export const answerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), progress: progressSchema }),
  z.object({ type: z.literal("done"), progress: progressSchema }),
  z.object({ type: z.literal("retiring"), progress: slotSchema }),
  /** Nothing of the slot is left; `jobId` is the job that it was stopped with, `stoppedBusy` whether it had one. */
  z.object({ type: z.literal("retired"), stoppedBusy: z.boolean(), jobId: z.nullable(z.number()) }),
  z.object({ type: z.literal("holds"), holds: holdsSchema }),
  /** The daemon as it is now. */
  z.object({ type: z.literal("status"), status: statusSchema }),
  /** A job that it knows as open; both null for any other. */
  z.object({
    type: z.literal("job"),
    atMs: z.number(),
    waiting: z.nullable(waitingJobSchema),
    running: z.nullable(runningJobSchema),
  }),
  z.object({ type: z.literal("paused"), pause: pauseSchema }),
  z.object({ type: z.literal("resumed"), was: z.boolean() }),
  /** What a sweep that began after the question found in the logs; null where there is none to look into. */
  z.object({ type: z.literal("replayed"), log: z.nullable(logReplaySchema) }),
  /** The pools file was read anew; `pools` are the keys of those that are served. */
  z.object({
    type: z.literal("reloaded"),
    changed: z.boolean(),
    pools: z.array(z.string()),
    /** Settings whose secret is another one now. A daemon of before does not say. */
    secrets: z._default(z.array(z.string()), []),
  }),
  z.object({ type: z.literal("refused"), code: z.string(), message: z.string(), remedy: z.string() }),
]);
export type ControlAnswer = z.output<typeof answerSchema>;
