import { expect, test } from "vitest";

import { runCheck, type CheckResult } from "../../../agent/doctor/check/check.ts";
import { edgeChecks } from "../../../agent/doctor/edge/edge-checks.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { freshnessOf, NOW } from "./freshness-sample.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

type HookSecret = NonNullable<Freshness["hookSecrets"]>[number];

const signed = (id: string | null, matched: HookSecret["matched"], agoMs = HOUR_MS): HookSecret => ({
  id,
  matched,
  atMs: NOW - agoMs,
});

const delivered = (id: string, agoMs: number): NonNullable<Freshness["hooks"]>[number] => ({
  id,
  lastDeliveryAt: NOW - agoMs,
  lastSignalAt: NOW - agoMs,
  lastPingAt: null,
  lastDuplicateAt: null,
  lastAcknowledgedSignalAt: null,
});

/** What the doctor says of the secrets; the last delivery, of whichever hook, was signed with the current one. */
async function judged(change: Partial<Freshness>): Promise<CheckResult> {
  const freshness = freshnessOf({ secret: { matched: "current", atMs: NOW - 1000 }, ...change });
  const [check] = edgeChecks({
    ask: () => Promise.resolve(freshness),
    outside: () => Promise.resolve({ logs: null, unseenJobs: [] }),
    pollIntervalMs: 60_000,
    instance: "nas",
  }).filter(({ id }) => id === "edge-secret");
  if (check === undefined) throw new Error("There is no such check");
  return runCheck(check, new VirtualClock(NOW));
}

const BOTH = { takesPreviousSecret: true } as const;

test("E-5: while both secrets are taken, the hooks that still sign with the old one are named", async () => {
  const told = await judged({
    ...BOTH,
    hookSecrets: [signed("111", "current"), signed("222", "previous"), signed("333", "previous", 3 * DAY_MS)],
  });
  expect(told).toMatchObject({ status: "warn" });
  expect(told.summary).toBe("2 of 3 hooks still sign with the previous secret: 222 (1 h ago), 333 (3 d ago)");
  expect(told.remedy).toContain("keep GITHUB_WEBHOOK_SECRET_PREVIOUS");
});

test("E-5: the old secret may go once every hook of the last week signs with the new one", async () => {
  const hookSecrets = [
    signed("111", "current"),
    signed("222", "current", 6 * DAY_MS),
    signed("9", "previous", 9 * DAY_MS),
  ];
  const told = await judged({ ...BOTH, hookSecrets });
  expect(told).toMatchObject({ status: "pass" });
  expect(told.summary).toContain("all 2 hooks that delivered within a week sign with the current secret");
  expect(told.detail).toContain("wrangler secret delete GITHUB_WEBHOOK_SECRET_PREVIOUS --env=");
});

test("E-5: a hook whose deliveries nobody could tell apart, and one without a name, are asked for too", async () => {
  const unknown = await judged({
    ...BOTH,
    hooks: [delivered("111", HOUR_MS), delivered("444", DAY_MS), delivered("5", 9 * DAY_MS)],
    hookSecrets: [signed("111", "current")],
  });
  expect(unknown).toMatchObject({ status: "warn" });
  expect(unknown.summary).toContain("444");
  expect(unknown.summary).not.toContain("hook 5");
  const nameless = await judged({ ...BOTH, hookSecrets: [signed("111", "current"), signed(null, "previous")] });
  expect(nameless.summary).toContain("without a name");
});

test("E-5: silence proves nothing: with no delivery within a week the old secret's fate is left open", async () => {
  expect(await judged({ ...BOTH, hookSecrets: [signed("111", "current", 9 * DAY_MS)] })).toMatchObject({
    status: "skip",
  });
});

test("E-5: a hook whose secret the edge no longer takes is told of", async () => {
  const told = await judged({
    takesPreviousSecret: false,
    hookSecrets: [signed("1", "current"), signed("2", "previous")],
  });
  expect(told).toMatchObject({ status: "warn" });
  expect(told.summary).toContain("2 (1 h ago)");
  expect(told.remedy).toContain("GITHUB_WEBHOOK_SECRET");
});

test("E-5: with one secret that all sign with there is nothing to do", async () => {
  expect(await judged({ takesPreviousSecret: false, hookSecrets: [signed("1", "current")] })).toMatchObject({
    status: "pass",
    summary: expect.stringContaining("current secret") as string,
  });
});
