import * as z from "zod/mini";

const at = z.nullable(z.number());

/** What the last sweep cost and found wanting. */
export const lastSweepSchema = z.object({
  startedAtMs: z.number(),
  finishedAtMs: z.number(),
  /** Since when every repository has been read at least once; null while one never was. */
  allReadSinceMs: at,
  /** Calls to GitHub, those that cost nothing included. */
  calls: z.number(),
  /** Calls that GitHub answered with 304, which cost nothing of the limit. */
  notModified: z.number(),
  /** Calls that a sweep may spend on repositories. */
  budget: z.number(),
  failures: z.number(),
});

/** What a sweep could not read, and what to do about it. */
const sweepFailureSchema = z.object({
  what: z.string(),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  retryAtMs: at,
});

/** What GitHub leaves of one limit of the credential. */
const limitSchema = z.object({
  resource: z.string(),
  limit: z.number(),
  remaining: z.number(),
  resetAtMs: z.number(),
});

export const sweepStatusSchema = z.object({
  intervalMs: z.number(),
  running: z.boolean(),
  /** When the next one begins; null while one runs, or before the first. */
  nextAtMs: at,
  last: z.nullable(lastSweepSchema),
  /** Whether the last one read everything; null before the first of this process. */
  complete: z.nullable(z.boolean()),
  lastCompleteAtMs: at,
  /** Those of the last one. */
  failures: z.array(sweepFailureSchema),
  failuresTotal: z.number(),
  credential: z.object({
    kind: z.nullable(z.enum(["app", "token"])),
    limits: z.array(limitSchema),
    /** Until when polling rests at GitHub's wish. */
    closedUntilMs: at,
    /** When the token ends, as GitHub last said; null for one without an end. Not known where it is left out. */
    expiresAtMs: z.optional(at),
  }),
});
export type SweepStatus = z.output<typeof sweepStatusSchema>;
