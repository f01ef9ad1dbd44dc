import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { AgentSettings } from "../settings/settings.ts";
import type { EdgeAccess } from "./call-edge.ts";

/** How long the daemon waits for an answer of the edge. */
export const ANSWER_MS = 10_000;

/** How the daemon reaches its edge, with the token as it is now; null where the settings name no edge, or no token for it. */
export function liveEdge({ edgeUrl, token }: AgentSettings, secrets: LiveSecrets): (() => EdgeAccess) | null {
  if (edgeUrl === null || token === null) return null;
  return () => ({ url: edgeUrl, token: (secrets.get("HOOKLINE_TOKEN") ?? token).reveal() });
}
