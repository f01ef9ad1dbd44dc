import { expect, test } from "vitest";

import { judgeSweep, type SignsOfLife } from "../../../agent/doctor/agent/agent-checks.ts";
import type { SweepRecord } from "../../../agent/journal/sweep-records.ts";

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-30T12:00:00Z");

/** A daemon that sweeps once a minute, and whose last complete round is so long ago. */
function signs(completeAgoMs: number, change: Partial<SweepRecord>): SignsOfLife {
  const lastSweep: SweepRecord = {
    startedAtMs: NOW - MINUTE,
    finishedAtMs: NOW - MINUTE,
    allReadSinceMs: NOW - completeAgoMs,
    calls: 6,
    notModified: 0,
    budget: 600,
    failures: 0,
    ...change,
  };
  return { freshness: null, hasEdge: false, lastSweep, instance: "nas", sweepIntervalMs: MINUTE, nowMs: NOW };
}

test("C-4: sweeps that fail for an hour and forty minutes are not taken for a rotation", () => {
  const finding = judgeSweep(signs(100 * MINUTE, { failures: 6 }));
  expect(finding).toMatchObject({ status: "warn", summary: expect.stringContaining("1 h ago") as string });
  expect(finding.remedy).toContain("sweep incomplete");
});

test("repositories that take turns within the budget are no fault", () => {
  expect(judgeSweep(signs(100 * MINUTE, { calls: 600 }))).toMatchObject({ status: "pass" });
});

test("one sweep that failed a moment ago is no fault", () => {
  expect(judgeSweep(signs(2 * MINUTE, { failures: 1 }))).toMatchObject({ status: "pass" });
});
