import { expect, test } from "vitest";

import type { JournaledSignal } from "../../../agent/journal/journal.ts";
import { latencyOf } from "../../../agent/journal/latency.ts";
import type { SlotRecord } from "../../../agent/journal/slot-records.ts";
import { timelines, type JobTimeline } from "../../../agent/journal/timeline.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { guid, queuedSignal } from "../../samples/signal.ts";

const at = (agentAtMs: number, change: Partial<Signal>): JournaledSignal => ({
  agentAtMs,
  seq: null,
  signal: queuedSignal(1, { createdAtMs: 1000, startedAtMs: 1000, ...change }),
});

const QUEUED = at(1300, { receivedAtMs: 1200 });
const RUNNING = at(3100, {
  guid: guid(2),
  action: "in_progress",
  status: "in_progress",
  runnerName: "slot-a",
  startedAtMs: 3000,
  receivedAtMs: 3050,
});
const DONE = at(9100, {
  guid: guid(3),
  action: "completed",
  status: "completed",
  conclusion: "success",
  runnerName: "slot-a",
  startedAtMs: 3000,
  completedAtMs: 9000,
  receivedAtMs: 9050,
});
const SLOT: SlotRecord = {
  name: "slot-a",
  pool: "home",
  scope: "acme",
  engine: "local",
  node: null,
  runnerId: 7,
  plannedAtMs: 1301,
  jitAskedAtMs: 1310,
  jitAtMs: 1600,
  startedAtMs: 1900,
  onlineAtMs: 2500,
  exitedAtMs: 9200,
  exitCode: 0,
  removedAtMs: 9300,
  surplusSinceMs: null,
  tail: null,
};

const WHOLE: JobTimeline = {
  jobId: 1001,
  pool: "home",
  slot: "slot-a",
  createdAtMs: 1000,
  edgeAtMs: 1200,
  agentAtMs: 1300,
  plannedAtMs: 1301,
  jitAskedAtMs: 1310,
  jitAtMs: 1600,
  containerAtMs: 1900,
  onlineAtMs: 2500,
  startedAtMs: 3000,
  completedAtMs: 9000,
};

test.each([
  ["in order", [QUEUED, RUNNING, DONE]],
  ["out of order", [DONE, QUEUED, RUNNING]],
  ["with copies", [QUEUED, QUEUED, RUNNING, DONE, RUNNING]],
])("the whole way of a job is told from its signals and the slot that GitHub gave it to: %s", (_case, signals) => {
  expect(timelines(signals, [SLOT])).toEqual([WHOLE]);
});

test.each<[string, readonly JournaledSignal[], readonly SlotRecord[], Partial<JobTimeline>]>([
  ["a job that still waits has no slot", [QUEUED], [SLOT], { slot: null, containerAtMs: null, startedAtMs: null }],
  [
    "a job on somebody else's runner has no slot",
    [QUEUED, DONE],
    [],
    { slot: null, startedAtMs: 3000, completedAtMs: 9000 },
  ],
  [
    "a job whose queued signal was lost is timed from what came",
    [RUNNING],
    [SLOT],
    { edgeAtMs: 3050, agentAtMs: 3100 },
  ],
])("%s", (_case, signals, slots, expected) => {
  expect(timelines(signals, slots)).toMatchObject([expected]);
});

test("a signal with a status that nobody knows is no job", () => {
  expect(timelines([at(1, { status: "dreaming", action: "dreaming" })], [])).toEqual([]);
});

test("promise: each leg of the way is measured", () => {
  expect(latencyOf([WHOLE], 100)).toEqual({
    edge: { p50: 200, p95: 200 },
    link: { p50: 100, p95: 100 },
    jit: { p50: 290, p95: 290 },
    container: { p50: 300, p95: 300 },
    pickup: { p50: 1100, p95: 1100 },
    total: { p50: 2000, p95: 2000 },
  });
});

const total = (ms: number, edgeAtMs = ms): JobTimeline => ({ ...WHOLE, edgeAtMs, createdAtMs: 0, startedAtMs: ms });

test.each<[string, readonly number[], { p50: number; p95: number }]>([
  ["one job", [5], { p50: 5, p95: 5 }],
  ["two jobs", [10, 20], { p50: 10, p95: 20 }],
  ["three jobs", [30, 10, 20], { p50: 20, p95: 30 }],
  ["a hundred jobs", Array.from({ length: 100 }, (_, index) => index + 1), { p50: 50, p95: 95 }],
])("median and p95 are durations that occurred: %s", (_case, durations, expected) => {
  expect(
    latencyOf(
      durations.map((ms) => total(ms)),
      100,
    )["total"],
  ).toEqual(expected);
});

test("only the newest jobs count, and a leg that no job has is left out", () => {
  const old = { ...total(999_999, 1), jitAtMs: null };
  const legs = latencyOf([old, { ...total(7, 50), jitAskedAtMs: null, jitAtMs: null }], 1);
  expect(legs["total"]).toEqual({ p50: 7, p95: 7 });
  expect(Object.keys(legs)).toEqual(["edge", "link", "pickup", "total"]);
  expect(latencyOf([], 100)).toEqual({});
});

test("promise 15: clocks that disagree never make a negative leg", () => {
  expect(latencyOf([{ ...WHOLE, createdAtMs: 5000 }], 1)["edge"]).toEqual({ p50: 0, p95: 0 });
});
