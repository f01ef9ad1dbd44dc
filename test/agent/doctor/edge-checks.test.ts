import { expect, test } from "vitest";

import { EdgeError } from "../../../agent/edge/call-edge.ts";
import { runCheck, type CheckResult } from "../../../agent/doctor/check/check.ts";
import { edgeChecks } from "../../../agent/doctor/edge/edge-checks.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { freshnessOf, NOW } from "./freshness-sample.ts";

async function examine(ask: () => Promise<Freshness>): Promise<Record<string, CheckResult>> {
  const clock = new VirtualClock(NOW);
  const checks = edgeChecks({
    ask,
    outside: () => Promise.resolve({ logs: null, unseenJobs: [] }),
    pollIntervalMs: 60_000,
    instance: "nas",
  });
  const results = await Promise.all(checks.map((check) => runCheck(check, clock)));
  return Object.fromEntries(results.map((result) => [result.id, result]));
}

const ok = (change: Partial<Freshness> = {}) => examine(() => Promise.resolve(freshnessOf(change)));

test("an edge that is well passes every check, the one for event freshness under its name for scripts", async () => {
  const results = await ok();
  expect(Object.keys(results)).toEqual([
    "edge-reachable",
    "edge-agent",
    "webhook-freshness",
    "edge-secret",
    "edge-dead-letters",
    "edge-usage",
    "edge-settings",
    "edge-watchdog",
  ]);
  for (const result of Object.values(results)) expect(result).toMatchObject({ status: "pass", group: "edge" });
  expect(results["edge-agent"]?.summary).toBe("agent nas connected for 1 h");
});

test("an edge that cannot be asked is one failure with its remedy, not four", async () => {
  const results = await examine(() => Promise.reject(new EdgeError("token", "the edge refuses the token", "give it")));
  expect(results["edge-reachable"]).toMatchObject({
    status: "fail",
    summary: "the edge refuses the token",
    remedy: "give it",
  });
  for (const id of [
    "edge-agent",
    "webhook-freshness",
    "edge-dead-letters",
    "edge-usage",
    "edge-settings",
    "edge-watchdog",
  ])
    expect(results[id]?.status).toBe("skip");
});

test.each<[string, Partial<Freshness>, string, object]>([
  [
    "an edge that tells nobody of the agent's absence",
    { watchdog: null },
    "edge-watchdog",
    { status: "pass", summary: expect.stringContaining("HOOKLINE_WATCHDOG names whom") },
  ],
  [
    "a watchdog whose receiver refuses",
    { watchdog: { ...freshnessOf().watchdog!, failed: { tries: 8, reason: "it answers 404", atMs: NOW - 60_000 } } },
    "edge-watchdog",
    {
      status: "warn",
      summary: "the edge could not tell ntfy ntfy.sh of the agent's absence, 1 min ago: it answers 404, after 8 tries",
      remedy: expect.stringContaining("secret put HOOKLINE_WATCHDOG"),
    },
  ],
  [
    "settings of the Worker that cannot be used",
    { settingProblems: ["HOOKLINE_RETENTION_DAYS: must be a whole number from 3 to 30; 7 is used"] },
    "edge-settings",
    {
      status: "warn",
      summary:
        "1 setting of the edge cannot be used: HOOKLINE_RETENTION_DAYS: must be a whole number from 3 to 30; 7 is used",
      remedy: expect.stringMatching(/wrangler\.toml.*wrangler deploy/),
    },
  ],
  [
    "link down",
    { agent: { ...freshnessOf().agent, connected: false } },
    "webhook-freshness",
    { status: "fail", remedy: expect.stringContaining("start the agent") },
  ],
  [
    "an edge of another version",
    { edgeVersion: "9.9.9" },
    "edge-reachable",
    { status: "warn", remedy: expect.stringContaining("wrangler deploy") },
  ],
  [
    "an edge of another protocol",
    { protocol: 9 },
    "edge-reachable",
    { status: "fail", remedy: expect.stringContaining("wrangler deploy") },
  ],
  [
    "dead letters (D10)",
    { dead: 2 },
    "edge-dead-letters",
    { status: "warn", summary: expect.stringContaining("2 signals") },
  ],
])("O1: %s is told with its remedy", async (_case, change, id, expected) => {
  expect((await ok(change))[id]).toMatchObject(expected);
});

test("L5 two agents that fight over the link are both named, with their hosts", async () => {
  const fight = {
    sinceMs: NOW - 5000,
    untilMs: NOW + 55_000,
    incumbent: { instance: "nas", boot: "a", host: "nas.local" },
    challenger: { instance: "nas", boot: "b", host: "laptop.local" },
  };
  const { "webhook-freshness": freshness, "edge-agent": agent } = await ok({ fight });
  expect(freshness).toMatchObject({ status: "fail", remedy: expect.stringContaining("one agent only") });
  expect(freshness?.summary).toBe(
    "two agents on one identity: nas on nas.local has the link, nas on laptop.local is kept out",
  );
  expect(agent?.status).toBe("skip");
});
