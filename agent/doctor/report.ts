import type { Freshness } from "../../shared/mailbox/freshness.ts";
import { knownRefusals } from "../edge/known-refusals.ts";
import type { LegLatency } from "../journal/latency.ts";
import type { CheckResult } from "./check/check.ts";
import type { ProbeLegs } from "./probe/probe.ts";

/** What `hookline doctor --json` prints. */
export interface DoctorReport {
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
  readonly freshness: ReportedFreshness | null;
  readonly latency: Readonly<Record<string, LegLatency>>;
  /** Milliseconds that each leg of the probe took; only with `--probe`. */
  readonly probe?: ProbeLegs;
}

const REPORTED = [
  "lastDeliveryAt",
  "lastSignalAt",
  "lastPingAt",
  "lastAckAt",
  "head",
  "acked",
  "oldestUnackedMs",
  "unacked",
  "dead",
  "rejectedSinceAccepted",
  "rejected",
  "lastRejectedAt",
  "secret",
  "hooks",
  "agent",
] as const satisfies readonly (keyof Freshness)[];

/** The edge's own words; null what it cannot know. */
export type ReportedFreshness = Omit<Pick<Freshness, (typeof REPORTED)[number]>, "rejectedSinceAccepted"> & {
  readonly rejectedSinceAccepted: number | null;
};

export interface ReportParts {
  readonly checks: readonly CheckResult[];
  readonly freshness: Freshness | null;
  readonly latency: Readonly<Record<string, LegLatency>>;
  readonly probe?: ProbeLegs;
}

/** Puts the answers together; one failed check makes the whole not ok. */
export function doctorReport({ checks, freshness, latency, probe }: ReportParts): DoctorReport {
  const ok = checks.every((check) => check.status !== "fail");
  const parts = { ok, checks, freshness: freshness === null ? null : reported(freshness), latency };
  return probe === undefined ? parts : { ...parts, probe };
}

function reported(freshness: Freshness): ReportedFreshness {
  const told = Object.fromEntries(REPORTED.map((name) => [name, freshness[name]])) as unknown as ReportedFreshness;
  const refusals = knownRefusals(freshness);
  return refusals === null ? { ...told, rejectedSinceAccepted: null, rejected: undefined } : told;
}
