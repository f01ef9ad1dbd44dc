import { expect, test } from "vitest";

import type { CheckResult, CheckStatus } from "../../../agent/doctor/check/check.ts";
import { describeCheck } from "../../../agent/doctor/print.ts";
import { doctorReport } from "../../../agent/doctor/report.ts";
import { freshnessOf, NOW } from "./freshness-sample.ts";

const result = (status: CheckStatus): CheckResult => ({ id: status, group: "edge", status, summary: "so", ms: 1 });

test("the report has the shape that scripts rely on", () => {
  const report = doctorReport({
    checks: [result("pass")],
    freshness: freshnessOf(),
    latency: { total: { p50: 1900, p95: 2400 } },
  });
  expect(Object.keys(report)).toEqual(["ok", "checks", "freshness", "latency"]);
  expect(report).toMatchObject({
    ok: true,
    checks: [{ id: "pass", group: "edge", status: "pass", summary: "so", ms: 1 }],
    freshness: {
      lastDeliveryAt: NOW - 5000,
      lastSignalAt: NOW - 5000,
      lastAckAt: NOW - 4900,
      oldestUnackedMs: null,
      unacked: 0,
      dead: 0,
      rejectedSinceAccepted: 0,
      agent: { connected: true, since: NOW - 3_600_000, fence: 3 },
    },
    latency: { total: { p50: 1900, p95: 2400 } },
  });
  expect(doctorReport({ checks: [], freshness: null, latency: {} })).toEqual({
    ok: true,
    checks: [],
    freshness: null,
    latency: {},
  });
});

test.each<[readonly CheckStatus[], boolean]>([
  [["pass", "warn", "skip"], true],
  [["pass", "fail"], false],
])("%j together are ok: %s", (statuses, ok) => {
  expect(doctorReport({ checks: statuses.map(result), freshness: null, latency: {} }).ok).toBe(ok);
});

test("a person reads the mark, what was found, and what to do", () => {
  expect(describeCheck({ ...result("fail"), id: "github-token", detail: "expired", remedy: "make a new one" })).toBe(
    "FAIL  github-token             so\n      expired\n      → make a new one\n",
  );
  expect(describeCheck(result("pass"))).toBe("ok    pass                     so\n");
  expect(describeCheck(result("fail"), true)).toContain("\u001B[31mFAIL\u001B[0m");
});

test("what came from outside cannot write on the terminal", () => {
  const odd = { ...result("fail"), summary: "GitHub said \u001B[2J\u0007gone", detail: "a\rb\nc" };
  expect(describeCheck(odd)).toBe("FAIL  fail                     GitHub said  gone\n      a b\n      c\n");
  const turned = { ...result("fail"), summary: "\u202Egnirts\u2028forged" };
  expect(describeCheck(turned)).toBe("FAIL  fail                     \\u202egnirts\\u2028forged\n");
});
