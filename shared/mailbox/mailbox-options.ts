import type { SqlDatabase } from "../sql/sql.ts";

/** Seven days: GitHub lets a delivery be redelivered for three, GitHub Enterprise Server for seven. */
export const RETENTION_MS = 7 * 24 * 60 * 60 * 1000;
export const MAX_UNACKED = 50_000;

/** Bounds of a mailbox; each has its default. */
export interface MailboxLimits {
  /** Unacknowledged signals kept before the oldest are given up with a gap notice. */
  readonly maxUnacked?: number;
  /** How long a GUID is remembered at least after its signal came; at most twice as long. */
  readonly retentionMs?: number;
  /** Acknowledged signals after which the acknowledgement goes to disk. */
  readonly ackStride?: number;
}

export interface MailboxOptions extends MailboxLimits {
  readonly sql: SqlDatabase;
  /** A fresh name for a database that has none yet. */
  readonly newStreamId: () => string;
}
