import { fc, test as propertyTest } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { CLOSE, closeReason } from "../../../shared/link/close-codes.ts";
import { encode, readDown, readUp } from "../../../shared/link/codec.ts";
import type { Down } from "../../../shared/link/down.ts";
import { MAX_FRAME_BYTES } from "../../../shared/link/protocol.ts";
import type { Up } from "../../../shared/link/up.ts";

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const name = fc.string({ minLength: 1, maxLength: 64 });
const maybeTime = fc.option(count, { nil: null });
const gap = fc.option(fc.record({ from: count, to: count }), { nil: null });

const job = fc.record({
  jobId: count,
  jobName: fc.option(text, { nil: null }),
  runId: count,
  attempt: count,
  repository: text,
  isPrivate: fc.option(fc.boolean(), { nil: null }),
  labels: fc.array(text, { maxLength: 3 }),
  phase: fc.constantFrom("waiting" as const, "queued" as const, "in_progress" as const, "completed" as const),
  phaseAtMs: count,
  runnerName: fc.option(text, { nil: null }),
  conclusion: fc.option(text, { nil: null }),
  createdAtMs: maybeTime,
  startedAtMs: maybeTime,
  completedAtMs: maybeTime,
});

const report = fc.record({
  slots: count,
  busy: count,
  demand: count,
  lastSweepAt: maybeTime,
  lastCompleteSweepAt: maybeTime,
});

const ups: fc.Arbitrary<Up> = fc.oneof(
  fc.record({
    type: fc.constant("hello" as const),
    protocol: count,
    instance: name,
    boot: name,
    agentVersion: text,
    host: text,
    stream: fc.option(text, { nil: null }),
    acked: count,
    routes: fc.array(fc.record({ owner: text, labels: fc.array(text) }), { maxLength: 3 }),
    window: fc.integer({ min: 1, max: 1024 }),
    requires: fc.array(text, { maxLength: 2 }),
  }),
  fc.record({ type: fc.constant("ack" as const), fence: count, upTo: count }),
  fc.record({
    type: fc.constant("nack" as const),
    fence: count,
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    verdict: fc.constantFrom("retry" as const, "poison" as const),
    reason: text,
  }),
  fc.record({ type: fc.constant("report" as const), fence: count, report }),
  fc.record({ type: fc.constant("probe" as const), fence: count, id: name }),
);

const downs: fc.Arbitrary<Down> = fc.oneof(
  fc.record({
    type: fc.constant("welcome" as const),
    protocol: count,
    edgeVersion: text,
    stream: text,
    fence: count,
    head: count,
    acked: count,
    gap,
    openJobs: fc.array(job, { maxLength: 3 }),
    openJobsComplete: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("batch" as const),
    fence: count,
    replay: fc.boolean(),
    after: count,
    signals: fc.array(fc.record({ seq: count, signal: fc.dictionary(text, text, { noNullPrototype: true }) }), {
      maxLength: 3,
    }),
  }),
  fc.record({ type: fc.constant("probed" as const), fence: count, id: text, head: count, acked: count, now: count }),
  fc.record({ type: fc.constant("bye" as const), code: count, reason: text, retryAfterMs: count }),
);

propertyTest.prop([ups])("every frame of the agent arrives as it was sent", (frame) => {
  expect(readUp(encode(frame))).toEqual({ kind: "frame", frame });
});

propertyTest.prop([downs])("every frame of the edge arrives as it was sent", (frame) => {
  expect(readDown(encode(frame))).toEqual({ kind: "frame", frame });
});

propertyTest.prop([fc.oneof(fc.string(), fc.json(), fc.anything())])("no data makes a reader throw", (data) => {
  expect(["frame", "unknown", "bad"]).toContain(readUp(data).kind);
  expect(["frame", "unknown", "bad"]).toContain(readDown(data).kind);
});

propertyTest.prop([ups, downs])("a frame of the wrong direction is passed over, never taken", (up, down) => {
  expect(readDown(encode(up))).toEqual({ kind: "unknown", type: up.type });
  expect(readUp(encode(down))).toEqual({ kind: "unknown", type: down.type });
});

test("fields that a newer peer adds are passed over", () => {
  const frame = { type: "ack", fence: 1, upTo: 2, colour: "blue" };
  expect(readUp(JSON.stringify(frame))).toEqual({ kind: "frame", frame: { type: "ack", fence: 1, upTo: 2 } });
});

describe("a frame that does not fit names the place", () => {
  test.each<[unknown, RegExp]>([
    ['{"type":"ack","fence":1}', /^ack\.upTo: /],
    ['{"type":"ack","fence":1,"upTo":"2"}', /^ack\.upTo: /],
    ['{"type":"ack","fence":1,"upTo":1.5}', /^ack\.upTo: /],
    ['{"type":"ack","fence":1,"upTo":-1}', /^ack\.upTo: /],
    ['{"type":"nack","fence":1,"seq":1,"verdict":"maybe","reason":""}', /^nack\.verdict: /],
    ['{"type":"report","fence":1,"report":{}}', /^report\.report\.slots: /],
    ['{"type":7}', /type/],
    ['{"type":"ack"', /no JSON/],
    ["null", /no JSON object/],
    ["", /no JSON/],
    [new ArrayBuffer(2), /text/],
    [`"${"x".repeat(MAX_FRAME_BYTES)}"`, /larger than 262144 bytes/],
  ])("%s", (data, problem) => {
    const read = readUp(data);
    expect(read.kind === "bad" ? read.problem : read.kind).toMatch(problem);
  });
});

test("close codes are in the range that applications may use, each its own", () => {
  const codes = Object.values(CLOSE);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toSatisfy((value: number) => value >= 4000 && value <= 4999);
});

propertyTest.prop([fc.string({ unit: "binary", maxLength: 400 })])(
  "a close reason always fits a close frame",
  (reason) => {
    expect(new TextEncoder().encode(closeReason(reason)).length).toBeLessThanOrEqual(123);
  },
);
