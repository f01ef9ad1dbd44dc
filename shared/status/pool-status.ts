import * as z from "zod/mini";

/** A failure in the words of its error: what happened, and what to do. */
export const failureSchema = z.object({
  atMs: z.number(),
  code: z.string(),
  message: z.string(),
  remedy: z.nullable(z.string()),
});

/** How a slot ended. `no-job`: its runner came to nothing; `not-started`: GitHub or Docker refused it. */
const outcomeSchema = z.object({
  slot: z.string(),
  atMs: z.number(),
  kind: z.enum(["job", "no-job", "retired", "not-started"]),
  jobId: z.nullable(z.number()),
  /** Of its container; null where it never ran or is not known. */
  exitCode: z.nullable(z.number()),
  /** From its start to its end; null where it never started. */
  ranMs: z.nullable(z.number()),
  /** Why it was not started. */
  failure: z.nullable(failureSchema),
  /** What its container printed last, where it ended with an error; without credentials. */
  lastWords: z.nullable(z.string()),
});
export type SlotOutcome = z.output<typeof outcomeSchema>;

/** Why nothing is started in a pool for now. */
const pauseSchema = z.object({
  /** The one place where it holds, `owner` or `owner/name`; null for the whole pool. */
  scope: z.nullable(z.string()),
  /** The one engine where it holds; any where it is absent. */
  engine: z.optional(z.string()),
  code: z.string(),
  failures: z.number(),
  untilMs: z.number(),
});

/** One slot as the controller sees it. Its name is its runner's and its container's. */
export const slotStatusSchema = z.object({
  slot: z.string(),
  pool: z.string(),
  scope: z.string(),
  /** The labels of its size; absent for one without. */
  sizeLabels: z.optional(z.array(z.string())),
  /** The engine that it is on. */
  engine: z.string(),
  /** The node of a swarm that it is on; absent where it is on none. */
  node: z.optional(z.string()),
  state: z.string(),
  sinceMs: z.number(),
  plannedAtMs: z.number(),
  runnerId: z.nullable(z.number()),
  jobId: z.nullable(z.number()),
  /** It is being taken away. */
  retiring: z.boolean(),
  /** Its pool's settings have changed since it was made. */
  outdated: z.boolean(),
  /** GitHub passes it over: it counts for no job. */
  doubted: z.boolean(),
});

export const poolStatusSchema = z.object({
  key: z.string(),
  labels: z.array(z.string()),
  /** As of now, by its schedule where it has one; `max` too. */
  min: z.number(),
  max: z.number(),
  queueThreshold: z.number(),
  cooldownSeconds: z.number(),
  image: z.string(),
  network: z.string(),
  /** Slots that it holds for one repository at most; absent where there is no bound. */
  maxPerRepository: z.optional(z.number()),
  /** Its rank when the machine is short of room; absent for 0. */
  priority: z.optional(z.number()),
  /** What this machine does beside jobs that keeps the pool from starting slots here, in words; absent where it heeds nothing. */
  house: z.optional(
    z.object({
      holds: z.array(z.string()),
      /** What of it the agent cannot see: that holds nothing. */
      unseen: z.array(z.string()),
    }),
  ),
  /** The hours that hold, where its schedule gives `min` and `max` now; absent for a pool without one. */
  schedule: z.optional(
    z.object({
      /** Whether `min` and `max` are those of its hours, not its own. */
      applies: z.boolean(),
      /** When other numbers hold; null for never. */
      untilMs: z.nullable(z.number()),
    }),
  ),
  /** What jobs may ask for by label; absent where they may ask for nothing. */
  sizes: z.optional(z.object({ memoryBytes: z.optional(z.number()), cpus: z.optional(z.number()) })),
  /** Engines that its slots may be on, the preferred one first. */
  engines: z.array(z.string()),
  /** How many slots are in each state, those left out that have none. */
  slots: z.record(z.string(), z.number()),
  /** Started, or being started, and idle: those that a job can count on. */
  idle: z.number(),
  /** All of them together: what `max` bounds. */
  held: z.number(),
  draining: z.boolean(),
  pauses: z.array(pauseSchema),
  /** Jobs that wait and that this pool may serve. */
  waiting: z.number(),
  /** Of the last slot that could not be started; null since one was, or where none has failed since the agent started. */
  lastFailure: z.nullable(failureSchema),
  /** The last slots to end since the agent started, newest first. */
  outcomes: z.array(outcomeSchema),
  /** When its image was built; null where it does not say, or was not seen yet. Older daemons omit it. */
  imageBuiltAtMs: z.optional(z.nullable(z.number())),
});
export type PoolStatus = z.output<typeof poolStatusSchema>;
