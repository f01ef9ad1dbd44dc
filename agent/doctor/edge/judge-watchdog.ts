import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { setSecret } from "../../edge/edge-remedies.ts";
import { Skipped, type Finding } from "../check/check.ts";

/** Whether the edge tells somebody when the agent is away, and whether it could the last time. */
export function judgeWatchdog({ watchdog, kind, now }: Freshness): Finding {
  if (watchdog === undefined) {
    throw new Skipped(
      kind === "standalone"
        ? "a receiver of one's own is away together with its agent; an uptime monitor notices both"
        : "this edge is of an earlier version and tells nobody",
    );
  }
  if (watchdog === null)
    return {
      status: "pass",
      summary: "the edge is asked to tell nobody when the agent is away; HOOKLINE_WATCHDOG names whom",
    };
  const { tells, afterMs, silenceMs, failed } = watchdog;
  const silence = silenceMs === null ? "" : `, and when it was not heard of for ${ageText(silenceMs)}`;
  const when = `the agent is away for ${ageText(afterMs)} while signals wait${silence}`;
  if (failed === null) return { status: "pass", summary: `the edge tells ${tells} when ${when}` };
  return {
    status: "warn",
    summary: `the edge could not tell ${tells} of the agent's absence, ${ageText(now - failed.atMs)} ago: ${failed.reason}, after ${countText(failed.tries, "try", "tries")}`,
    remedy: `look at the receiver, and at the address: ${setSecret(kind, "HOOKLINE_WATCHDOG")}`,
  };
}
