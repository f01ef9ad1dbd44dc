import type { Clock } from "../../shared/clock/clock.ts";
import type { Freshness } from "../../shared/mailbox/freshness.ts";
import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { EdgeWatch } from "./edge-watch.ts";
import { ANSWER_MS, liveEdge } from "./live-edge.ts";

/** How to learn what the edge says of itself; null where there is no edge. The code that asks is loaded with the first question. */
export function edgeWatchOf(
  settings: AgentSettings,
  secrets: LiveSecrets,
  clock: Pick<Clock, "monotonicMs">,
): EdgeWatch | null {
  const edge = liveEdge(settings, secrets);
  if (edge === null) return null;
  const ask = async (): Promise<Freshness> => {
    const { askFreshness } = await import("./ask-freshness.ts");
    const { url, token } = edge();
    return askFreshness(url, token, AbortSignal.timeout(ANSWER_MS));
  };
  return new EdgeWatch(ask, clock);
}
