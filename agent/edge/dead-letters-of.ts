import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { AgentSettings } from "../settings/settings.ts";
import type { DeadLetterList } from "./ask-dead.ts";

const ANSWER_MS = 10_000;

/**
 * The edge's dead letters, to be listed and put back; null where the settings name no edge, or no token for it. The code
 * that asks is loaded with the first question.
 */
export function deadLettersOf(
  { edgeUrl, token }: AgentSettings,
  secrets: LiveSecrets,
): { readonly list: () => Promise<DeadLetterList>; readonly requeue: (seq: number) => Promise<boolean> } | null {
  if (edgeUrl === null || token === null) return null;
  const edge = () => ({ url: edgeUrl, token: (secrets.get("HOOKLINE_TOKEN") ?? token).reveal() });
  return {
    list: async () => {
      const { askDeadLetters } = await import("./ask-dead.ts");
      return askDeadLetters(edge(), AbortSignal.timeout(ANSWER_MS));
    },
    requeue: async (seq) => {
      const { requeueDeadLetter } = await import("./ask-dead.ts");
      return (await requeueDeadLetter(edge(), seq, AbortSignal.timeout(ANSWER_MS))) !== null;
    },
  };
}
