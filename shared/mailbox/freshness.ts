import * as z from "zod/mini";

import { latestOf } from "../clock/some-times.ts";
import { agentReportSchema } from "../link/report.ts";
import { absenceSchema } from "./absence-row.ts";
import { hookFreshness, hookFreshnessSchema } from "./hook-freshness.ts";
import { hookSecretSchema } from "./hook-secrets.ts";
import type { Mailbox } from "./mailbox.ts";
import { fightSchema, recentTakeovers } from "./takeovers.ts";
import type { TallyState } from "./tally.ts";
import { usageSchema } from "./usage.ts";

const at = z.nullable(z.number());

/** What an edge runs as; it decides which commands change it. */
export type EdgeKind = "worker" | "standalone";

/** When things last happened at the mailbox, and whether they agree. Times are milliseconds since the epoch. */
export const freshnessSchema = z.object({
  now: z.number(),
  stream: z.string(),
  lastDeliveryAt: at,
  lastSignalAt: at,
  lastPingAt: at,
  lastAckAt: at,
  head: z.number(),
  acked: z.number(),
  unacked: z.number(),
  oldestUnackedMs: at,
  dead: z.number(),
  gap: z.nullable(z.object({ from: z.number(), to: z.number() })),
  rejectedSinceAccepted: z.number(),
  lastRejectedAt: at,
  /** The same by reason. This field and those below came later; older edges omit them. */
  rejected: z.optional(z.object({ missing: z.number(), malformed: z.number(), mismatch: z.number() })),
  lastDuplicateAt: z.optional(at),
  /** The webhook secret that the last delivery was signed with: once it is `current`, the previous one may go. */
  secret: z.optional(z.nullable(z.object({ matched: z.enum(["current", "previous"]), atMs: z.number() }))),
  /** Whether the edge still takes the secret before the current one. */
  takesPreviousSecret: z.optional(z.boolean()),
  /** What each hook last signed with; its time may be a day too early. */
  hookSecrets: z.optional(z.array(hookSecretSchema)),
  hooks: z.optional(z.array(hookFreshnessSchema)),
  /** Connections that took the link from another one within the last minute. */
  takeovers: z.optional(z.number()),
  /** Two agents that fight over one identity. */
  fight: z.optional(z.nullable(fightSchema)),
  agent: z.object({
    connected: z.boolean(),
    since: at,
    lastSeenAt: at,
    fence: z.number(),
    instance: z.nullable(z.string()),
    host: z.optional(z.nullable(z.string())),
    version: z.nullable(z.string()),
  }),
  report: z.nullable(z.object({ atMs: z.number(), report: agentReportSchema })),
  /** What the mailbox keeps: see `MailboxBounds`. */
  bounds: z.optional(z.object({ retentionMs: z.number(), maxUnacked: z.number() })),
  /** Settings of the edge that cannot be used, each with its name; what is usual holds in their place. */
  settingProblems: z.optional(z.array(z.string())),
  /** Whom the edge tells of the agent's absence, and when; null: nobody. */
  watchdog: z.optional(
    z.nullable(
      z.object({
        tells: z.string(),
        afterMs: z.number(),
        silenceMs: z.nullable(z.number()),
        failed: absenceSchema.shape.failed,
      }),
    ),
  ),
  /** What the mailbox has counted of itself today; a standalone edge has nothing to count. */
  usage: z.optional(usageSchema),
  edgeVersion: z.string(),
  kind: z.optional(z.enum(["worker", "standalone"])),
  protocol: z.number(),
});

export type Freshness = z.infer<typeof freshnessSchema>;

export type StoredFreshness = Pick<
  Freshness,
  | "stream"
  | "lastDeliveryAt"
  | "lastSignalAt"
  | "lastPingAt"
  | "lastAckAt"
  | "head"
  | "acked"
  | "unacked"
  | "oldestUnackedMs"
  | "dead"
  | "gap"
  | "report"
  | "hooks"
  | "takeovers"
  | "fight"
  | "rejected"
  | "rejectedSinceAccepted"
  | "lastRejectedAt"
  | "lastDuplicateAt"
  | "secret"
>;

/**
 * The part of freshness that the mailbox has on disk, and what the tally has seen since. It reads as many rows however
 * much is stored, and writes none.
 */
export function storedFreshness(mailbox: Mailbox, tally: TallyState, nowMs: number): StoredFreshness {
  const [head, acked] = [mailbox.head(), mailbox.acked()];
  const { lastAtMs: lastSignalAt, hooks: signals } = mailbox.summary.heard({ head, acked, nowMs });
  const noted = mailbox.notes.last();
  const oldestUnackedAtMs = mailbox.oldestUnackedAtMs();
  return {
    stream: mailbox.streamId,
    lastSignalAt,
    lastPingAt: noted.pingAtMs,
    lastDeliveryAt: latestOf(lastSignalAt, noted.pingAtMs, noted.ignoredAtMs),
    lastAckAt: mailbox.ackedAtMs(),
    head,
    acked,
    unacked: head - acked,
    oldestUnackedMs: oldestUnackedAtMs === null ? null : Math.max(0, nowMs - oldestUnackedAtMs),
    dead: mailbox.dead(),
    gap: mailbox.gap(),
    report: mailbox.report.last(),
    hooks: [...hookFreshness({ signals, noted: mailbox.notes.hooks(), tally, acked })],
    takeovers: recentTakeovers(mailbox.takeovers.history(), nowMs).length,
    fight: mailbox.takeovers.fight(nowMs),
    rejected: tally.rejected,
    rejectedSinceAccepted: tally.rejected.missing + tally.rejected.malformed + tally.rejected.mismatch,
    lastRejectedAt: tally.lastRejectedAtMs,
    lastDuplicateAt: tally.lastDuplicateAtMs,
    secret: tally.secret,
  };
}
