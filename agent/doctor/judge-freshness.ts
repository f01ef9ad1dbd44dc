import type { Freshness } from "../../shared/mailbox/freshness.ts";
import { ageText } from "./age-text.ts";
import type { Finding } from "./check.ts";

const BACKLOG_MS = 60_000;

/**
 * What the times in the mailbox mean. Silence alone is a warning, never a failure: quiet repositories look the same.
 * `pollIntervalMs` is how often the agent sweeps.
 */
export function judgeFreshness(freshness: Freshness, pollIntervalMs: number): Finding {
  const { now, lastDeliveryAt, rejectedSinceAccepted: rejected, oldestUnackedMs, unacked } = freshness;
  if (rejected > 0) {
    return {
      status: "fail",
      summary: `rejecting: ${rejected} deliveries with a wrong signature or none since the last accepted one`,
      remedy: "set the hook's secret and the Worker's GITHUB_WEBHOOK_SECRET to the same value",
    };
  }
  if (oldestUnackedMs !== null && oldestUnackedMs > BACKLOG_MS) {
    return {
      status: "fail",
      summary: `backlog: ${unacked} signals wait for the agent, the oldest for ${ageText(oldestUnackedMs)}`,
      remedy: "start the agent, or look at its log: docker logs hookline-agent",
    };
  }
  if (lastDeliveryAt === null) {
    return {
      status: "warn",
      summary: "no delivery has arrived yet",
      remedy: "add the webhook at GitHub, or use Recent Deliveries → ping → Redeliver on its page",
    };
  }
  const silentMs = Math.max(0, now - lastDeliveryAt);
  if (silentMs <= pollIntervalMs) return { status: "pass", summary: `last delivery ${ageText(silentMs)} ago` };
  return {
    status: "warn",
    summary: `silent for ${ageText(silentMs)}, longer than the poll interval of ${ageText(pollIntervalMs)}`,
    detail: "no job in that time looks the same; sweeps find jobs meanwhile",
    remedy: "if jobs were queued since, look at Recent Deliveries on the hook's page at GitHub",
  };
}
