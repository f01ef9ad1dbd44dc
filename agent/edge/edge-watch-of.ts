import type { Clock } from "../../shared/clock/clock.ts";
import type { Freshness } from "../../shared/mailbox/freshness.ts";
import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { EdgeWatch } from "./edge-watch.ts";

const ANSWER_MS = 10_000;

/**
 * How to learn what the edge says of itself; null where the settings name none, or no token for it. The code that asks is
 * loaded with the first question.
 */
export function edgeWatchOf(
  { edgeUrl, token }: AgentSettings,
  secrets: LiveSecrets,
  clock: Pick<Clock, "monotonicMs">,
): EdgeWatch | null {
  if (edgeUrl === null || token === null) return null;
  const now = (): string => (secrets.get("HOOKLINE_TOKEN") ?? token).reveal();
  const ask = async (): Promise<Freshness> => {
    const { askFreshness } = await import("./ask-freshness.ts");
    return askFreshness(edgeUrl, now(), AbortSignal.timeout(ANSWER_MS));
  };
  return new EdgeWatch(ask, clock);
}
