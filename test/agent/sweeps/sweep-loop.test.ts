import { expect, onTestFinished, test } from "vitest";

import { createLogger } from "../../../shared/log/logger.ts";
import { SweepLoop } from "../../../agent/sweeps/sweep-loop.ts";
import type { SweepResult } from "../../../agent/sweeps/sweep.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { FakeGitHub, fleet, gitHubError } from "./fake-github.ts";

const INTERVAL_MS = 60_000;
const FINE = { repositories: { acme: [] }, runners: { acme: [] } };

function startLoop(github = new FakeGitHub(FINE), onResult: (result: SweepResult) => void = () => {}) {
  const clock = new VirtualClock();
  const results: SweepResult[] = [];
  const records: { readonly level: string; readonly msg: string }[] = [];
  const log = createLogger({
    plane: "agent",
    level: "info",
    now: () => clock.now(),
    write: (line) => void records.push(JSON.parse(line)),
  });
  const loop = new SweepLoop({
    github,
    fleet: () => fleet({}),
    clock,
    log,
    intervalMs: INTERVAL_MS,
    onResult: (result) => {
      results.push(result);
      onResult(result);
    },
  });
  loop.start();
  onTestFinished(() => loop.stop());
  const startMs = clock.now();
  return { clock, loop, results, records, github, times: () => results.map((result) => result.startedAtMs - startMs) };
}

/** Holds GitHub's answers back until released. */
function hold(github: FakeGitHub): () => void {
  let release: () => void = () => {};
  github.gate = new Promise((resolve) => (release = resolve));
  return release;
}

test("sweeps run at the start and then once an interval", async () => {
  const { clock, times } = startLoop();
  await clock.advance(0);
  expect(times()).toEqual([0]);
  await clock.advance(INTERVAL_MS - 1);
  expect(times()).toEqual([0]);
  await clock.advance(1 + 2 * INTERVAL_MS);
  expect(times()).toEqual([0, INTERVAL_MS, 2 * INTERVAL_MS, 3 * INTERVAL_MS]);
});

test("a sweep that is asked for runs at once, and the interval counts from it", async () => {
  const { clock, loop, times } = startLoop();
  await clock.advance(20_000);
  loop.request();
  loop.request();
  await clock.advance(0);
  expect(times()).toEqual([0, 20_000]);
  await clock.advance(INTERVAL_MS);
  expect(times()).toEqual([0, 20_000, 80_000]);
});

test("requests during a sweep bring exactly one more, for what the running one may have missed", async () => {
  const github = new FakeGitHub(FINE);
  const release = hold(github);
  const { clock, loop, times } = startLoop(github);
  await clock.advance(5_000);
  for (let count = 0; count < 10; count++) loop.request();
  release();
  await clock.advance(10_000);
  expect(times()).toEqual([0, 6_000]);
});

test("asking after every result does not flood GitHub", async () => {
  const running = startLoop(undefined, () => running.loop.request());
  await running.clock.advance(50_000);
  expect(running.times()).toEqual([0, 1_000, 2_000, 45_000, 46_000, 47_000]);
});

test("while GitHub wants no calls none is made, asked for or not", async () => {
  const clockStart = new VirtualClock().now();
  const github = new FakeGitHub({ ...FINE, runners: { acme: gitHubError("rate-limited", 403, clockStart + 300_000) } });
  const { clock, loop, times } = startLoop(github);
  await clock.advance(10_000);
  loop.request();
  github.facts = FINE;
  await clock.advance(289_999);
  expect(times()).toEqual([0]);
  await clock.advance(1);
  expect(times()).toEqual([0, 300_000]);
});

test("an outcome that the agent cannot handle does not end polling", async () => {
  const { clock, results, records } = startLoop(undefined, () => {
    throw new Error("journal is full");
  });
  await clock.advance(3 * INTERVAL_MS);
  expect(results).toHaveLength(4);
  expect(records).toEqual([expect.objectContaining({ level: "error", message: "Error: journal is full" })]);
});

test("a fault is logged when it begins, changes and ends, not once a sweep", async () => {
  const github = new FakeGitHub({ ...FINE, runners: {} });
  const { clock, records } = startLoop(github);
  await clock.advance(10 * INTERVAL_MS);
  expect(records).toMatchObject([
    {
      level: "warn",
      msg: "sweep incomplete",
      failures: [{ what: "runners of acme", code: "not-found", remedy: "do something" }],
      more: 0,
    },
  ]);
  github.facts = { ...FINE, runners: { acme: gitHubError("forbidden", 403) } };
  await clock.advance(10 * INTERVAL_MS);
  github.facts = FINE;
  await clock.advance(10 * INTERVAL_MS);
  expect(records.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
    "warn sweep incomplete",
    "warn sweep incomplete",
    "info sweeps are complete again",
  ]);
});

test("stopping ends a running sweep, leaves no timer and hands over no result", async () => {
  const github = new FakeGitHub(FINE);
  const release = hold(github);
  const { clock, loop, results } = startLoop(github);
  await clock.advance(0);
  const stopped = loop.stop();
  release();
  await stopped;
  expect([results.length, clock.pending]).toEqual([0, 0]);

  const idle = startLoop();
  await idle.clock.advance(1_000);
  expect(idle.clock.pending).toBe(1);
  await idle.loop.stop();
  idle.loop.request();
  await idle.clock.advance(INTERVAL_MS);
  expect([idle.results.length, idle.clock.pending]).toEqual([1, 0]);
});
