import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { nearestLimit, WARN_FROM } from "../../../shared/mailbox/usage.ts";
import { Skipped, type Finding } from "../check/check.ts";

const REMEDY =
  "above the limit deliveries fail until 00:00 UTC, and sweeps serve their jobs: take the Workers Paid plan and set HOOKLINE_DAILY_ROWS to 0, or have fewer repositories send webhooks";

/**
 * How much of what it may cost a day the mailbox has used, by its own count: at least so much, and without the Worker's
 * own requests. A warning from 80 % on.
 */
export function judgeDayUsage({ usage, kind }: Freshness): Finding {
  if (usage === undefined) {
    throw new Skipped(
      kind === "standalone"
        ? "a receiver of one's own has no limit by the day"
        : "this edge is of an earlier version and does not count its rows",
    );
  }
  const { limits, day } = usage;
  if (limits === null) {
    return { status: "pass", summary: `${number(usage.rowsWritten)} rows written today, without a limit by the day` };
  }
  const { of, share } = nearestLimit(usage, limits);
  const summary = `${Math.floor(share * 100)} % of the day's ${of} used, by the mailbox's own count`;
  const used = [
    `${number(usage.rowsWritten)} of ${number(limits.rowsWritten)} written rows`,
    `${number(usage.rowsRead)} of ${number(limits.rowsRead)} read rows`,
    `${number(usage.requests)} of ${number(limits.requests)} requests`,
  ];
  const detail = `at least ${used.join(", ")} on ${day} (UTC), the Worker's own requests and the account's other objects not counted`;
  return share < WARN_FROM ? { status: "pass", summary, detail } : { status: "warn", summary, detail, remedy: REMEDY };
}

function number(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}
