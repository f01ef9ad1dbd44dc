import fc from "fast-check";
import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { openJobs } from "../../../shared/mailbox/open-jobs.ts";
import { factsOfSignal, joinFacts, type JobFacts } from "../../../shared/workflow-job/job-facts.ts";
import { signalSchema, type Signal } from "../../../shared/workflow-job/signal.ts";
import { queuedSignal, T0 } from "../../samples/signal.ts";

const open = (sql: NodeSql): Mailbox => new Mailbox({ sql, newStreamId: () => "stream" });

/** The open jobs as all signals together tell them. */
function allFolded(sql: NodeSql): readonly JobFacts[] {
  const jobs = new Map<number, JobFacts>();
  for (const row of sql.exec("SELECT signal FROM signals ORDER BY seq")) {
    const facts = factsOfSignal(signalSchema.parse(JSON.parse(String(row["signal"]))));
    const known = facts === null ? undefined : jobs.get(facts.jobId);
    if (facts !== null) jobs.set(facts.jobId, known === undefined ? facts : joinFacts(known, facts));
  }
  return [...jobs.values()].filter(({ phase }) => phase !== "completed").toSorted((a, b) => a.jobId - b.jobId);
}

const event = fc.record({
  jobId: fc.integer({ min: 1, max: 12 }),
  runAttempt: fc.integer({ min: 1, max: 2 }),
  status: fc.constantFrom("waiting", "queued", "in_progress", "completed"),
  startedAtMs: fc.integer({ min: T0, max: T0 + 100 }),
  runnerName: fc.constantFrom(null, "hl-1"),
});

type Step =
  | { readonly do: "deliver"; readonly event: Partial<Signal> }
  | { readonly do: "requeue" | "replay" | "restart" | "hello" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constant("deliver" as const), event }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("requeue" as const, "replay" as const, "restart" as const, "hello" as const),
    }),
  },
);

test("E-1: a welcome's open jobs are those of all signals, in whatever order and between whatever strides they came", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: "max" }), (steps) => {
      const sql = new NodeSql(":memory:");
      let mailbox = open(sql);
      for (const [n, each] of steps.entries()) {
        if (each.do === "deliver") mailbox.accept(queuedSignal(n, { ...each.event, receivedAtMs: T0 }));
        if (each.do === "restart") mailbox = open(sql);
        if (each.do === "hello") openJobs(mailbox, sql, T0);
        if (each.do === "replay") {
          mailbox.acknowledge(mailbox.head(), T0);
          mailbox.replaySince({ sinceMs: 0, from: null, dryRun: false });
        }
        if (each.do === "requeue" && mailbox.head() > 0) {
          mailbox.bury(mailbox.head(), "unreadable", 1, T0);
          mailbox.requeue(mailbox.head());
        }
      }
      const { jobs, complete } = openJobs(mailbox, sql, T0 + 1000);
      expect(complete).toBe(true);
      expect(jobs.toSorted((a, b) => a.jobId - b.jobId)).toEqual(allFolded(sql));
      sql.close();
    }),
    { numRuns: 60 },
  );
});

test("E-1: a job that waits while a thousand others come and go stays in the welcome", () => {
  const sql = new NodeSql(":memory:");
  const mailbox = open(sql);
  mailbox.accept(queuedSignal(1, { jobId: 7 }));
  const ended = { action: "completed", status: "completed", conclusion: "success" };
  for (let n = 2; n < 1000; n += 1) mailbox.accept(queuedSignal(n, { jobId: 1000 + n, ...ended }));
  expect(openJobs(mailbox, sql, T0 + 1000)).toMatchObject({ jobs: [{ jobId: 7 }], complete: true });
});

test("E-1: a mailbox that an earlier version went on with is caught up with at the next hello", () => {
  const sql = new NodeSql(":memory:");
  const mailbox = open(sql);
  for (let n = 1; n <= 200; n += 1) mailbox.accept(queuedSignal(n));
  sql.exec("DELETE FROM meta WHERE key = 'summary'");
  expect(openJobs(mailbox, sql, T0 + 1000).jobs).toHaveLength(200);
  expect(sql.exec("SELECT json_extract(value, '$.upTo') AS upTo FROM meta WHERE key = 'summary'")).toEqual([
    { upTo: 200 },
  ]);
});
