import { PROTOCOL_VERSION } from "../../../shared/link/protocol.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { Usage } from "../../../shared/mailbox/usage.ts";
import { VERSION } from "../../../shared/version.ts";

export const NOW = Date.UTC(2026, 10, 2, 8, 0, 0);

/** What a mailbox has counted on the free plan by eight in the morning. */
export function usageOf(change: Partial<Usage> = {}): Usage {
  const limits = { rowsRead: 5_000_000, rowsWritten: 100_000, requests: 100_000 };
  return { day: "2026-11-02", rowsRead: 240_000, rowsWritten: 12_400, requests: 6000, limits, ...change };
}

/** What a mailbox says in which all is well; a test changes what it is about. */
export function freshnessOf(change: Partial<Freshness> = {}): Freshness {
  return {
    now: NOW,
    stream: "stream-1",
    lastDeliveryAt: NOW - 5000,
    lastSignalAt: NOW - 5000,
    lastPingAt: null,
    lastAckAt: NOW - 4900,
    head: 12,
    acked: 12,
    unacked: 0,
    oldestUnackedMs: null,
    dead: 0,
    gap: null,
    rejectedSinceAccepted: 0,
    lastRejectedAt: null,
    agent: {
      connected: true,
      since: NOW - 3_600_000,
      lastSeenAt: NOW - 1000,
      fence: 3,
      instance: "nas",
      version: VERSION,
    },
    report: null,
    usage: usageOf(),
    bounds: { retentionMs: 7 * 24 * 60 * 60 * 1000, maxUnacked: 50_000 },
    watchdog: { tells: "ntfy ntfy.sh", afterMs: 900_000, silenceMs: 86_400_000, failed: null },
    edgeVersion: VERSION,
    protocol: PROTOCOL_VERSION,
    ...change,
  };
}
