import { describe, expect, test } from "vitest";

import { judgeAgent } from "../../../agent/notices/judge-agent.ts";
import { judgeEdge } from "../../../agent/notices/judge-edge.ts";
import { NOTICE_RULES, type NoticeRule } from "../../../agent/settings/notice-rules.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { Status } from "../../../shared/status/status.ts";
import { busyStatus } from "../web/metrics/busy-status.ts";
import { freshnessOf } from "../doctor/freshness-sample.ts";
import { statusSample } from "../../samples/status.ts";
import { MINUTE } from "./notices-world.ts";

const DAY = 24 * 60 * MINUTE;
const well = busyStatus();
const { atMs } = well;
const [pool] = well.pools;
const waitingJob: Status["jobs"]["waiting"][number] = {
  jobId: 7,
  name: "build",
  runId: 1,
  attempt: 1,
  repository: "acme/web",
  labels: ["nas"],
  phase: "queued",
  sinceMs: atMs - 31 * MINUTE,
  reason: { code: "replay" },
  why: "the pool is full",
  remedy: "raise max",
  mender: "operator",
} as never;
const failing = (code: string): Partial<Status> => ({
  pools:
    pool === undefined ? [] : [{ ...pool, lastFailure: { atMs, code, message: "no such image", remedy: "set image" } }],
});
const limits = (remaining: number) => [{ resource: "core", limit: 5000, remaining, resetAtMs: atMs }];
const credential = (change: Partial<Status["sweeps"]["credential"]>): Partial<Status> => ({
  sweeps: {
    ...well.sweeps,
    credential: { ...well.sweeps.credential, limits: limits(4000), expiresAtMs: null, ...change },
  },
});

/** How each rule's trouble looks in what the agent and the edge say, and part of what people are told. */
const TROUBLES: Readonly<Record<NoticeRule, readonly [Partial<Status>, Partial<Freshness>, RegExp]>> = {
  "job-waits": [
    { jobs: { ...well.jobs, waiting: [waitingJob] } },
    {},
    /build of acme\/web has waited for 31 minutes: the pool is full/,
  ],
  "link-down": [{ link: { ...well.link, state: "down" } }, {}, /link to the edge is down/],
  "sweeps-stale": [
    {
      sweeps: {
        ...well.sweeps,
        lastCompleteAtMs: atMs - 11 * MINUTE,
        credential: { ...well.sweeps.credential, expiresAtMs: null },
      },
    },
    {},
    /for 11 minutes/,
  ],
  "deliveries-refused": [{}, { rejectedSinceAccepted: 4 }, /refused 4 deliveries/],
  "signals-wait": [{}, { unacked: 2, oldestUnackedMs: 6 * MINUTE }, /2 signals wait/],
  "dead-letters": [{}, { dead: 1 }, /1 signal was set aside/],
  "image-old": [{ pools: pool === undefined ? [] : [{ ...pool, imageBuiltAtMs: atMs - 23 * DAY }] }, {}, /23 days ago/],
  "image-refused": [failing("slot-image"), {}, /image cannot be had in pool nas: no such image/],
  "docker-down": [{ engine: { reachable: false } }, {}, /Docker Engine does not answer/],
  "slots-fail": [failing("no-runner-group"), {}, /Slots cannot be started in pool nas/],
  "quota-low": [credential({ limits: limits(499) }), {}, /499 of 5000 calls/],
  "disk-low": [{ disk: { freeBytes: 9, totalBytes: 100 } }, {}, /9\.0 % of the disk/],
  "token-ends": [credential({ expiresAtMs: atMs + 13.5 * DAY }), {}, /ends in 13 days/],
};

function found(status: Partial<Status>, freshness: Partial<Freshness>) {
  const all = { ...well, disk: { freeBytes: 50, totalBytes: 100 }, ...credential({}), ...status };
  const judgements = [...judgeAgent(all, 30 * MINUTE), judgeEdge(freshnessOf(freshness))];
  return judgements.flatMap(({ conditions }) => conditions);
}

test("where all is well, nothing is told", () => {
  expect(found({}, {})).toEqual([]);
});

describe("each trouble is found, alone, with what to do about it", () => {
  test.each(NOTICE_RULES)("%s", (rule) => {
    const [status, freshness, text] = TROUBLES[rule];
    const all = found(status, freshness);
    expect(all.map((each) => each.rule)).toEqual([rule]);
    expect(all[0]?.text).toMatch(text);
    expect(all[0]?.remedy).not.toBe("");
  });
});

test("what nobody has asked or measured yet is not taken for well", () => {
  const judgements = [...judgeAgent(statusSample(), 30 * MINUTE), judgeEdge(null)];
  const unknown = judgements.flatMap((judgement) => [...judgement.unknown]);
  expect(unknown.toSorted()).toEqual([
    "dead-letters",
    "deliveries-refused",
    "disk-low",
    "docker-down",
    "image-old",
    "quota-low",
    "signals-wait",
    "token-ends",
  ]);
});

test("an agent without an edge is told nothing of one", () => {
  expect(judgeEdge(undefined)).toEqual({ conditions: [], unknown: new Set() });
});
