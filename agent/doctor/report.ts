import type { Freshness } from "../../shared/mailbox/freshness.ts";
import type { LegLatency } from "../journal/latency.ts";
import type { CheckResult } from "./check.ts";

/** What `hookline doctor --json` prints. */
export interface DoctorReport {
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
  readonly freshness: ReportedFreshness | null;
  readonly latency: Readonly<Record<string, LegLatency>>;
}

type ReportedFreshness = Pick<
  Freshness,
  | "lastDeliveryAt"
  | "lastSignalAt"
  | "lastPingAt"
  | "lastAckAt"
  | "oldestUnackedMs"
  | "unacked"
  | "dead"
  | "rejectedSinceAccepted"
  | "agent"
>;

/** Puts the answers together; one failed check makes the whole not ok. */
export function doctorReport(
  checks: readonly CheckResult[],
  freshness: Freshness | null,
  latency: Readonly<Record<string, LegLatency>>,
): DoctorReport {
  const ok = checks.every((check) => check.status !== "fail");
  return { ok, checks, freshness: freshness === null ? null : reported(freshness), latency };
}

function reported(freshness: Freshness): ReportedFreshness {
  const { lastDeliveryAt, lastSignalAt, lastPingAt, lastAckAt, oldestUnackedMs, unacked, dead } = freshness;
  const { rejectedSinceAccepted, agent } = freshness;
  return {
    lastDeliveryAt,
    lastSignalAt,
    lastPingAt,
    lastAckAt,
    oldestUnackedMs,
    unacked,
    dead,
    rejectedSinceAccepted,
    agent,
  };
}

const MARKS = { pass: "ok  ", warn: "warn", fail: "FAIL", skip: "skip" } as const;

/** One check as a person reads it. */
export function describeCheck(check: CheckResult): string {
  const lines = [`${MARKS[check.status]}  ${check.id.padEnd(24)} ${check.summary}`];
  if (check.detail !== undefined) lines.push(`      ${check.detail}`);
  if (check.remedy !== undefined) lines.push(`      → ${check.remedy}`);
  return `${lines.join("\n")}\n`;
}
