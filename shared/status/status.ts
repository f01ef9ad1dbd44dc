import * as z from "zod/mini";

import { engineStatusSchema } from "./engine-status.ts";
import { fleetStatusSchema } from "./fleet-status.ts";
import { jobsStatusSchema } from "./job-status.ts";
import { linkStatusSchema } from "./link-status.ts";
import { poolStatusSchema, slotStatusSchema } from "./pool-status.ts";
import { sweepStatusSchema } from "./sweep-status.ts";
import { diskSchema, engineSchema, totalsSchema } from "./totals-status.ts";

/**
 * Version of the status document. A field more is no new version; a field less, another meaning, or a further code in
 * `waitReasonSchema` is.
 */
export const STATUS_VERSION = 2;

/** A container of a slot that ended, which the engine does not remove. It takes no place. */
const remainsSchema = z.object({
  slot: z.string(),
  sinceMs: z.number(),
  tries: z.number(),
  lastError: z.nullable(z.string()),
});

/** How long each leg of a job's way took, in milliseconds, over the jobs that ended last. GitHub's stamps are whole seconds. */
const latencySchema = z.object({
  jobs: z.number(),
  legs: z.record(z.string(), z.object({ p50: z.number(), p95: z.number() })),
});

/** A hook that delivers to this agent's edge, as GitHub last listed it. */
const hookSchema = z.object({
  home: z.string(),
  id: z.nullable(z.number()),
  url: z.nullable(z.string()),
  /** Whether the credential may read its delivery log. */
  readable: z.boolean(),
});

/**
 * What the daemon believes, and why: the one account that commands, doctor, page and metrics read. Every time is in
 * milliseconds since the epoch on the agent's clock as it is at `atMs`; times of before are moved along when that clock
 * is set, so that the difference of two times of one document is the time that went by.
 */
export const statusSchema = z.object({
  version: z.literal(STATUS_VERSION),
  atMs: z.number(),
  agent: z.object({
    instance: z.string(),
    host: z.string(),
    version: z.string(),
    startedAtMs: z.number(),
    /** Why nothing is planned yet; none in a daemon that works. */
    holds: z.array(z.string()),
  }),
  fleet: fleetStatusSchema,
  link: linkStatusSchema,
  sweeps: sweepStatusSchema,
  pools: z.array(poolStatusSchema),
  /** Oldest first. */
  slots: z.array(slotStatusSchema),
  jobs: jobsStatusSchema,
  remains: z.array(remainsSchema),
  latency: latencySchema,
  hooks: z.array(hookSchema),
  /** This field and those below came later; older daemons omit them. */
  totals: z.optional(totalsSchema),
  engine: z.optional(engineSchema),
  /** The local one first. */
  engines: z.optional(z.array(engineStatusSchema)),
  disk: z.optional(diskSchema),
  /** The operator's word that no pool starts a slot; `untilMs` is null where only `hookline resume` ends it. */
  operatorPause: z.optional(z.nullable(z.object({ sinceMs: z.number(), untilMs: z.nullable(z.number()) }))),
  /** Signals that the edge has given up on, as it said at `askedAtMs`; null where it has not said. */
  deadLetters: z.optional(z.nullable(z.object({ count: z.number(), askedAtMs: z.number() }))),
});
export type Status = z.output<typeof statusSchema>;
