import type { Freshness } from "../../shared/mailbox/freshness.ts";
import type { Judgement } from "./notice.ts";
import { countText } from "../../shared/text/count-text.ts";

const MINUTE_MS = 60_000;
/** One who has come back takes what waits within moments. */
const SIGNALS_WAIT_MS = 5 * MINUTE_MS;
/** Strangers send a wrong signature now and then; GitHub's own go on being refused. */
const REFUSED = 3;
const REFUSED_MS = 15 * MINUTE_MS;

/** What the edge says is wrong; null where it could not be asked, undefined where there is none. */
export function judgeEdge(freshness: Freshness | null | undefined): Judgement {
  if (freshness === undefined) return { conditions: [], unknown: new Set() };
  if (freshness === null) {
    return { conditions: [], unknown: new Set(["dead-letters", "deliveries-refused", "signals-wait"]) };
  }
  const { dead, rejectedSinceAccepted, oldestUnackedMs, unacked } = freshness;
  const conditions: Judgement["conditions"][number][] = [];
  if (dead > 0) {
    const text = `${countText(dead, "signal was", "signals were")} set aside at the edge, because this agent could not take them.`;
    conditions.push({
      rule: "dead-letters",
      key: "dead-letters",
      text,
      remedy: "hookline dead lists them",
      afterMs: 0,
    });
  }
  if (rejectedSinceAccepted > REFUSED) {
    const text = `The edge has refused ${rejectedSinceAccepted} deliveries for their signature, and accepted none since.`;
    const remedy = "compare the webhook's secret with the edge's: hookline doctor";
    conditions.push({ rule: "deliveries-refused", key: "deliveries-refused", text, remedy, afterMs: REFUSED_MS });
  }
  if (oldestUnackedMs !== null && oldestUnackedMs > SIGNALS_WAIT_MS) {
    const text = `${unacked} signals wait at the edge, the oldest for ${Math.floor(oldestUnackedMs / MINUTE_MS)} minutes.`;
    conditions.push({ rule: "signals-wait", key: "signals-wait", text, remedy: "look at the agent's log", afterMs: 0 });
  }
  return { conditions, unknown: new Set() };
}
