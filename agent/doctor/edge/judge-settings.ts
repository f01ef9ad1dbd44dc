import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { deployEdge, setSecret } from "../../edge/edge-remedies.ts";
import { Skipped, type Finding } from "../check/check.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What the mailbox keeps, and whether the edge could use each of its settings. */
export function judgeEdgeSettings({ bounds, settingProblems = [], kind }: Freshness): Finding {
  if (settingProblems.length > 0) {
    return {
      status: "warn",
      summary: `${countText(settingProblems.length, "setting")} of the edge cannot be used: ${settingProblems.join("; ")}`,
      remedy: `correct what stands in wrangler.toml, and ${deployEdge(kind)}; a secret: ${setSecret(kind, "NAME")}`,
    };
  }
  if (bounds === undefined) throw new Skipped("this edge is of an earlier version and does not tell its settings");
  const days = countText(Math.round(bounds.retentionMs / DAY_MS), "day");
  const most = bounds.maxUnacked.toLocaleString("en-US");
  return { status: "pass", summary: `deliveries are remembered for at least ${days}; signals that may wait: ${most}` };
}
