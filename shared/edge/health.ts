import type { AgentReport } from "../link/report.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";

const MINUTE_MS = 60_000;

/** How long signals may wait and the agent may be away, unless a setting says otherwise. */
export const UNWELL_AFTER_MS = 15 * MINUTE_MS;

/** What a monitor is told: nothing to say is well. */
export interface Health {
  readonly reasons: readonly string[];
}

export interface HealthOptions {
  readonly mailbox: Pick<Mailbox, "fence" | "unacked" | "oldestUnackedAtMs" | "hasDead" | "report">;
  /** Since when nobody was heard of on the link, milliseconds since the epoch; null while the agent shows life. */
  readonly awaySinceMs: number | null;
  readonly nowMs: number;
  /** How long signals may wait and the agent may be away. */
  readonly staleMs: number;
}

/**
 * Why a job that is queued now would not be served by a webhook. Silence alone is no reason: a mailbox cannot tell a
 * quiet fleet from a deaf hook; the agent can, by GitHub, and reports it. A bounded handful of rows is read, and none
 * is written.
 */
export function healthOf({ mailbox, awaySinceMs, nowMs, staleMs }: HealthOptions): Health {
  const reasons = [
    away(mailbox.fence(), awaySinceMs, nowMs, staleMs),
    waiting(mailbox, nowMs, staleMs),
    mailbox.hasDead() ? "there are dead letters: hookline dead lists them" : null,
    missed(mailbox.report.last()?.report ?? null),
  ];
  return { reasons: reasons.filter((reason) => reason !== null) };
}

function away(fence: number, sinceMs: number | null, nowMs: number, staleMs: number): string | null {
  if (fence === 0) return "no agent has connected yet";
  if (sinceMs === null || nowMs - sinceMs <= staleMs) return null;
  return `no agent has been connected for ${minutes(nowMs - sinceMs)}`;
}

function waiting(mailbox: HealthOptions["mailbox"], nowMs: number, staleMs: number): string | null {
  const oldestMs = mailbox.oldestUnackedAtMs();
  if (oldestMs === null || nowMs - oldestMs <= staleMs) return null;
  const count = mailbox.unacked();
  const wait = count === 1 ? "1 signal waits" : `${count} signals wait`;
  return `${wait} for the agent, the oldest for ${minutes(nowMs - oldestMs)}`;
}

function missed(report: AgentReport | null): string | null {
  const count = report?.missed ?? 0;
  if (count === 0) return null;
  return `the agent found ${count} jobs or deliveries at GitHub of which no webhook told; hookline doctor says more`;
}

function minutes(ms: number): string {
  return `${Math.floor(ms / MINUTE_MS)} min`;
}
