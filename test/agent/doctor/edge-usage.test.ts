import { expect, test } from "vitest";

import type { CheckStatus } from "../../../agent/doctor/check/check.ts";
import { runCheck } from "../../../agent/doctor/check/check.ts";
import { edgeChecks } from "../../../agent/doctor/edge/edge-checks.ts";
import type { Usage } from "../../../shared/mailbox/usage.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { freshnessOf, NOW, usageOf } from "./freshness-sample.ts";

async function judge(usage: Usage | undefined) {
  const { usage: _, ...freshness } = freshnessOf();
  const checks = edgeChecks({
    ask: () => Promise.resolve(usage === undefined ? freshness : { ...freshness, usage }),
    outside: () => Promise.resolve({ logs: null, unseenJobs: [] }),
    pollIntervalMs: 60_000,
    instance: "nas",
  });
  const check = checks.find(({ id }) => id === "edge-usage");
  if (check === undefined) throw new Error("there is no check edge-usage");
  return runCheck(check, new VirtualClock(NOW));
}

test.each<[string, Usage | undefined, CheckStatus, RegExp]>([
  [
    "an eighth of the free plan",
    usageOf(),
    "pass",
    /^12 % of the day's written rows used, by the mailbox's own count$/,
  ],
  ["just below 80 %", usageOf({ rowsWritten: 79_999 }), "pass", /^79 % of the day's written rows/],
  ["80 % of the written rows", usageOf({ rowsWritten: 80_000 }), "warn", /^80 % of the day's written rows/],
  ["80 % of the read rows", usageOf({ rowsRead: 4_000_000 }), "warn", /^80 % of the day's read rows/],
  ["more requests than there are", usageOf({ requests: 104_000 }), "warn", /^104 % of the day's requests/],
  ["a paid plan", usageOf({ rowsWritten: 9_000_000, limits: null }), "pass", /^9,000,000 rows written today/],
  ["an edge that does not tell", undefined, "skip", /does not count its rows/],
])("what the mailbox has used of its day: %s", async (_case, usage, status, summary) => {
  expect(await judge(usage)).toMatchObject({ status, summary: expect.stringMatching(summary) as string });
});

test("the warning says what happens above the limit and what to do, and that the count is a lower bound", async () => {
  const { detail, remedy } = await judge(usageOf({ rowsWritten: 80_000 }));
  expect(detail).toMatch(/^at least 80,000 of 100,000 written rows, .* the Worker's own requests .* not counted/);
  expect(remedy).toMatch(/00:00 UTC.*Workers Paid plan.*HOOKLINE_DAILY_ROWS/);
});
