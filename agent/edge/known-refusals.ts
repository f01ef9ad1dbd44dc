import type { Freshness } from "../../shared/mailbox/freshness.ts";

/**
 * How many requests were refused since the last accepted delivery; null where the edge cannot know: a Worker forgets
 * them within seconds while no agent is connected, since a row for each would let a stranger write.
 */
export function knownRefusals({ rejectedSinceAccepted, agent, kind }: Freshness): number | null {
  const forgets = kind !== "standalone" && !agent.connected;
  return forgets && rejectedSinceAccepted === 0 ? null : rejectedSinceAccepted;
}
