import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { AgentSettings } from "../settings/settings.ts";
import type { DeadLetterList } from "./ask-dead.ts";
import { ANSWER_MS, liveEdge } from "./live-edge.ts";

/** The edge's dead letters, to be listed and put back; null where there is no edge. The code that asks is loaded with the first question. */
export function deadLettersOf(
  settings: AgentSettings,
  secrets: LiveSecrets,
): { readonly list: () => Promise<DeadLetterList>; readonly requeue: (seq: number) => Promise<boolean> } | null {
  const edge = liveEdge(settings, secrets);
  if (edge === null) return null;
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
