import * as z from "zod/mini";

const atMs = z.number();
const pool = z.string();
const slot = z.string();

const refusalSchema = z.discriminatedUnion("code", [
  z.object({ code: z.literal("other-owner"), expected: z.string() }),
  z.object({
    code: z.literal("other-repository"),
    /** Why a pattern that speaks of it does not take it in; absent where none does. */
    leftOut: z.optional(z.enum(["excluded", "fork", "archived", "visibility", "unlisted"])),
  }),
  z.object({ code: z.literal("visibility"), expected: z.enum(["private", "public"]) }),
  z.object({ code: z.literal("no-labels") }),
  z.object({
    code: z.literal("labels"),
    missing: z.readonly(z.array(z.string())),
    /** Sizes among them that the pool does not give; absent where it lacks other labels. */
    beyond: z.optional(z.readonly(z.array(z.object({ label: z.string(), isSize: z.boolean(), most: z.string() })))),
  }),
]);
/** Why a pool may not serve a job. */
export type Refusal = z.output<typeof refusalSchema>;

/**
 * Why a job has no runner at this moment; SPEC.md defines each. Times are milliseconds since the epoch on the agent's
 * clock. A stored or sent reason is read by this schema, so a new one is a new version of the status document.
 */
export const waitReasonSchema = z.discriminatedUnion("code", [
  z.object({ code: z.literal("unheard") }),
  z.object({ code: z.literal("ended"), conclusion: z.nullable(z.string()) }),
  z.object({ code: z.literal("running"), runner: z.nullable(z.string()) }),
  z.object({ code: z.literal("held") }),
  z.object({ code: z.literal("gone"), sinceMs: atMs }),
  z.object({ code: z.literal("unconfirmed") }),
  z.object({ code: z.literal("overdue") }),
  z.object({
    code: z.literal("no-pool"),
    refusals: z.readonly(z.array(z.object({ pool, refusal: refusalSchema }))),
  }),
  z.object({ code: z.literal("not-ready"), holds: z.readonly(z.array(z.string())) }),
  z.object({ code: z.literal("starting"), pool }),
  z.object({ code: z.literal("covered"), pool, slot, state: z.string() }),
  z.object({ code: z.literal("passed-over"), pool, slot }),
  z.object({ code: z.literal("not-given"), pool, slot }),
  z.object({ code: z.literal("threshold"), pool, threshold: z.number(), untilMs: atMs }),
  z.object({ code: z.literal("full"), pools: z.readonly(z.array(z.string())) }),
  /** `untilMs`: null where its schedule knows no other hours. */
  z.object({ code: z.literal("scheduled"), pool, max: z.number(), untilMs: z.nullable(atMs) }),
  z.object({ code: z.literal("share"), pool, repository: z.string(), most: z.number() }),
  z.object({
    code: z.literal("machine-full"),
    maxSlots: z.number(),
    /** Whose bound it is; absent for that of all engines together. */
    engine: z.optional(z.string()),
    /** Pools of a higher priority for which jobs wait; absent where there are none. */
    behind: z.optional(z.readonly(z.array(pool))),
  }),
  /** What this machine does beside jobs, in words. */
  z.object({ code: z.literal("house"), pool, why: z.readonly(z.array(z.string())) }),
  z.object({ code: z.literal("no-room"), pool, untilMs: atMs }),
  /** `why`: what the swarm says of the slot that waits; null while its pool is paused for that. */
  z.object({ code: z.literal("no-node"), pool, why: z.nullable(z.string()), untilMs: atMs }),
  z.object({ code: z.literal("paused"), pool, why: z.string(), failures: z.number(), untilMs: atMs }),
  /** `forMs`: since one of them answered last. */
  z.object({
    code: z.literal("engine-silent"),
    pool,
    engines: z.readonly(z.array(z.string())),
    forMs: z.number(),
  }),
  z.object({ code: z.literal("operator-pause"), untilMs: z.nullable(atMs) }),
  z.object({ code: z.literal("draining"), pool }),
]);
export type WaitReason = z.output<typeof waitReasonSchema>;
export type WaitCode = WaitReason["code"];
