import type { SqlDatabase } from "../sql/sql.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days for which a GUID is remembered at least: GitHub redelivers for three, GitHub Enterprise Server for seven. */
export const RETENTION_DAYS = { least: 3, most: 30, usual: 7 } as const;
export const RETENTION_MS = RETENTION_DAYS.usual * DAY_MS;

/** Signals that may wait to be acknowledged. */
export const BACKLOG_SIGNALS = { least: 1000, most: 500_000, usual: 50_000 } as const;
export const MAX_UNACKED = BACKLOG_SIGNALS.usual;

/** The bounds of a mailbox as its operator sets them. */
export function mailboxBounds(retentionDays: number, backlogSignals: number): Required<MailboxBounds> {
  return { retentionMs: retentionDays * DAY_MS, maxUnacked: backlogSignals };
}

/** Bounds of a mailbox that its operator sets; each has its default. */
export interface MailboxBounds {
  /** Unacknowledged signals kept before all of them are given up with a gap notice. */
  readonly maxUnacked?: number;
  /** How long a GUID is remembered at least after its signal came; at most twice as long. */
  readonly retentionMs?: number;
}

/** All bounds of a mailbox. */
export interface MailboxLimits extends MailboxBounds {
  /** Acknowledged signals after which the acknowledgement goes to disk. */
  readonly ackStride?: number;
}

export interface MailboxOptions extends MailboxLimits {
  readonly sql: SqlDatabase;
  /** A fresh name for a database that has none yet. */
  readonly newStreamId: () => string;
}
