import type { Freshness } from "../../shared/mailbox/freshness.ts";
import type { LinkStatus } from "../../shared/status/link-status.ts";

/**
 * The edge's answer `agedMs` after it was asked for: its clock has gone on, and so has the wait of its oldest signal, unless
 * the journal has all signals of then: `cursor` says how far it has come. What the edge counts is as it was.
 */
export function agedAnswer(freshness: Freshness, agedMs: number, cursor: LinkStatus["cursor"]): Freshness {
  const { now, stream, head, acked, oldestUnackedMs } = freshness;
  const taken = cursor?.stream === stream ? Math.max(acked, cursor.acked) : acked;
  const unacked = Math.max(0, head - taken);
  const waitMs = oldestUnackedMs === null || unacked === 0 ? null : oldestUnackedMs + agedMs;
  return { ...freshness, now: now + agedMs, acked: taken, unacked, oldestUnackedMs: waitMs };
}
