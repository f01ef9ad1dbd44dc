import { expect, test } from "vitest";

import { ageText } from "../../../agent/doctor/check/age-text.ts";
import type { CheckStatus } from "../../../agent/doctor/check/check.ts";
import { judgeFreshness } from "../../../agent/doctor/edge/judge-freshness.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { freshnessOf, NOW } from "./freshness-sample.ts";

const POLL_MS = 60_000;

test.each<[string, Partial<Freshness>, CheckStatus, RegExp, RegExp | null]>([
  ["fresh", {}, "pass", /^last delivery 5 s ago$/, null],
  ["a delivery just now, by a clock ahead of ours", { lastDeliveryAt: NOW + 3000 }, "pass", /0 ms ago/, null],
  ["quiet for exactly the poll interval", { lastDeliveryAt: NOW - POLL_MS }, "pass", /1 min ago/, null],
  [
    "silent for longer than the poll interval",
    { lastDeliveryAt: NOW - POLL_MS - 1 },
    "warn",
    /^silent for 1 min, longer than the poll interval of 1 min$/,
    /Recent Deliveries/,
  ],
  ["silent for days", { lastDeliveryAt: NOW - 3 * 86_400_000 }, "warn", /silent for 3 d/, /Recent Deliveries/],
  ["never received", { lastDeliveryAt: null, lastSignalAt: null }, "warn", /never received/, /--probe/],
  ["rejecting", { rejectedSinceAccepted: 7 }, "fail", /7 deliveries with a wrong signature/, /GITHUB_WEBHOOK_SECRET/],
  [
    "rejecting from the first delivery on",
    { lastDeliveryAt: null, rejectedSinceAccepted: 1 },
    "fail",
    /wrong signature/,
    /GITHUB_WEBHOOK_SECRET/,
  ],
  ["signals under way", { unacked: 2, oldestUnackedMs: 60_000 }, "pass", /last delivery/, null],
  [
    "backlog",
    { unacked: 40, oldestUnackedMs: 7_200_000 },
    "fail",
    /40 signals wait for the agent, the oldest for 2 h/,
    /start the agent/,
  ],
  [
    "backlog of a repository that went silent",
    { lastDeliveryAt: NOW - 7_200_000, unacked: 1, oldestUnackedMs: 60_001 },
    "fail",
    /backlog/,
    /docker logs/,
  ],
])("O1: %s", (_case, change, status, summary, remedy) => {
  const finding = judgeFreshness(freshnessOf(change), POLL_MS);
  expect(finding.status).toBe(status);
  expect(finding.summary).toMatch(summary);
  if (remedy === null) expect(finding.remedy).toBeUndefined();
  else expect(finding.remedy).toMatch(remedy);
});

test.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [999, "999 ms"],
  [1000, "1 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_599_999, "59 min"],
  [3_600_000, "1 h"],
  [86_399_999, "23 h"],
  [86_400_000, "1 d"],
  [40 * 86_400_000, "40 d"],
])("%i ms is told as %s", (ms, text) => {
  expect(ageText(ms)).toBe(text);
});
