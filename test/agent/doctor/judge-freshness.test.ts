import { expect, test } from "vitest";

import { ageText } from "../../../shared/text/age-text.ts";
import type { CheckStatus } from "../../../agent/doctor/check/check.ts";
import type { HookEvidence } from "../../../agent/doctor/github/delivery-evidence.ts";
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
  [
    "refused requests, and nobody who could say whose they were",
    { rejectedSinceAccepted: 7 },
    "warn",
    /7 requests with a wrong signature or none/,
    /^look at Recent Deliveries.* 401/,
  ],
  [
    "refused requests before the first delivery",
    { lastDeliveryAt: null, lastSignalAt: null, rejectedSinceAccepted: 1 },
    "warn",
    /1 request with a wrong signature or none/,
    /Recent Deliveries/,
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

const hook = { id: 7, home: { kind: "organization", organization: "acme" } } as const;
const evidence = (failing: HookEvidence["failing"]): HookEvidence => ({
  hook: {
    ...hook,
    url: "https://edge.test/webhook",
    events: ["workflow_job"],
    active: true,
    contentType: "json",
    verifiesTls: true,
  },
  deliveries: 9,
  failing,
  failedBefore: [],
  lastGoodAtMs: NOW - 3_600_000,
  complete: true,
});
const refusal401 = { guid: "g", firstAtMs: NOW - 1000, statusCode: 401, throttled: false, event: "workflow_job" };

test("E-4: a stranger's requests turn nothing red and break no secret: GitHub's own log says that it was not refused", () => {
  const freshness = freshnessOf({ rejectedSinceAccepted: 3 });
  const finding = judgeFreshness(freshness, POLL_MS, { logs: [evidence([])], unseenJobs: [] });
  expect(finding).toMatchObject({ status: "pass", detail: expect.stringContaining("3 requests of strangers") });
  expect(finding.remedy).toBeUndefined();
});

test("E-4: deliveries that GitHub's log shows as answered 401 are a wrong secret", () => {
  const freshness = freshnessOf({ rejectedSinceAccepted: 3 });
  const finding = judgeFreshness(freshness, POLL_MS, { logs: [evidence([refusal401])], unseenJobs: [] });
  expect(finding).toMatchObject({ status: "fail", summary: expect.stringMatching(/^rejecting: /) });
  expect(finding.remedy).toContain("wrangler secret put GITHUB_WEBHOOK_SECRET");
});

test("E-4: what strangers do hides nothing graver", () => {
  const freshness = freshnessOf({ rejectedSinceAccepted: 3, unacked: 40, oldestUnackedMs: 7_200_000 });
  expect(judgeFreshness(freshness, POLL_MS)).toMatchObject({
    status: "fail",
    summary: expect.stringMatching(/^backlog/),
    detail: expect.stringContaining("also 3 requests"),
  });
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
