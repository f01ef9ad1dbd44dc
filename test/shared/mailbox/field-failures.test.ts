import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { openJobs } from "../../../shared/mailbox/open-jobs.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { queuedSignal, T0 } from "../../samples/signal.ts";

const JOB = 77;

/** The jobs that are open after these events of one job, each a delivery of its own. */
function openAfter(...events: readonly Partial<Signal>[]) {
  const sql = new NodeSql(":memory:");
  const mailbox = new Mailbox({ sql, newStreamId: () => "stream" });
  const outcomes = events.map((event, n) => mailbox.accept(queuedSignal(n + 1, { jobId: JOB, ...event })).kind);
  return { outcomes, open: openJobs(mailbox, sql, T0 + 1000).jobs.map(({ jobId, phase }) => [jobId, phase]) };
}

const completed = { action: "completed", status: "completed", conclusion: "success", completedAtMs: T0 + 5 };

test("D6 a queued that comes after completed changes nothing: the job stays finished", () => {
  expect(openAfter(completed, {})).toEqual({ outcomes: ["stored", "stored"], open: [] });
});

test("D7 queued, waiting, queued of a gated job are three signals and one open job", () => {
  const gated = openAfter(
    { startedAtMs: T0 },
    { action: "waiting", status: "waiting", startedAtMs: T0 + 1 },
    { startedAtMs: T0 + 2 },
  );
  expect(gated).toEqual({ outcomes: ["stored", "stored", "stored"], open: [[JOB, "queued"]] });
});

test("E5 a signed body replayed under a fresh GUID is one more signal of the same job, and none of a finished one", () => {
  expect(openAfter({}, {}, {}).open).toEqual([[JOB, "queued"]]);
  expect(openAfter({}, completed, {}).open).toEqual([]);
});

test("D11 above the bound the backlog becomes a gap notice, still stored, still answered", () => {
  const sql = new NodeSql(":memory:");
  const mailbox = new Mailbox({ sql, newStreamId: () => "stream", maxUnacked: 10_000 });
  for (let n = 1; n <= 10_000; n += 1) expect(mailbox.accept(queuedSignal(n)).kind).toBe("stored");
  expect([mailbox.unacked(), mailbox.gap()]).toEqual([10_000, null]);
  expect(mailbox.accept(queuedSignal(10_001))).toEqual({ kind: "stored", seq: 10_001 });
  expect([mailbox.unacked(), mailbox.gap()]).toEqual([0, { from: 1, to: 10_001 }]);
});
