import { fc, test as propertyTest } from "@fast-check/vitest";
import { expect, test } from "vitest";

import { factsOfSignal, joinFacts, type JobFacts } from "../../../shared/workflow-job/job-facts.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { queuedSignal, T0 } from "../../samples/signal.ts";

const nullable = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });
const instant = nullable(fc.integer({ min: T0, max: T0 + 3 }));
const word = fc.constantFrom("a", "b", "c");

/** Accounts of one job that contradict each other in whatever they can. */
const accounts: fc.Arbitrary<JobFacts> = fc.record({
  jobId: fc.constant(1),
  runId: fc.constant(2),
  repository: fc.constantFrom("acme/app", "acme/site"),
  jobName: nullable(word),
  attempt: fc.integer({ min: 1, max: 2 }),
  isPrivate: nullable(fc.boolean()),
  labels: fc.array(word, { maxLength: 2 }),
  phase: fc.constantFrom("waiting" as const, "queued" as const, "in_progress" as const, "completed" as const),
  phaseAtMs: fc.integer({ min: T0, max: T0 + 3 }),
  runnerName: nullable(word),
  conclusion: nullable(word),
  createdAtMs: instant,
  startedAtMs: instant,
  completedAtMs: instant,
});

const many = { numRuns: 500 };

propertyTest.prop([accounts, accounts], many)("promise 4: which account came first does not matter", (a, b) => {
  expect(joinFacts(a, b)).toEqual(joinFacts(b, a));
});

propertyTest.prop([accounts, accounts, accounts], many)(
  "promise 4: nor does which two were joined first",
  (a, b, c) => {
    expect(joinFacts(joinFacts(a, b), c)).toEqual(joinFacts(a, joinFacts(b, c)));
  },
);

propertyTest.prop([accounts, accounts], many)("promise 4: an account that comes again changes nothing", (a, b) => {
  expect(joinFacts(a, a)).toEqual(a);
  expect(joinFacts(joinFacts(a, b), b)).toEqual(joinFacts(a, b));
});

const RANK = { waiting: 0, queued: 0, in_progress: 1, completed: 2 };

propertyTest.prop([accounts, accounts], many)("a job never goes back within an attempt", (a, b) => {
  const joined = joinFacts(a, b);
  expect(joined.attempt).toBe(Math.max(a.attempt, b.attempt));
  if (a.attempt === b.attempt) expect(RANK[joined.phase]).toBe(Math.max(RANK[a.phase], RANK[b.phase]));
});

/** The life of a gated job, as GitHub sends it. */
const LIFE: readonly Signal[] = [
  queuedSignal(1, { status: "waiting" }),
  queuedSignal(1, { action: "waiting", status: "waiting" }),
  queuedSignal(1, { startedAtMs: T0 + 60_000 }),
  queuedSignal(1, { action: "in_progress", status: "in_progress", runnerName: "hl-1", startedAtMs: T0 + 62_000 }),
  queuedSignal(1, {
    action: "completed",
    status: "completed",
    conclusion: "success",
    runnerName: "hl-1",
    startedAtMs: T0 + 62_000,
    completedAtMs: T0 + 90_000,
  }),
];

test.each([1, 2, 3, 4, 5])("the first %i events of a gated job end alike in each of their orders", (count) => {
  const orders = permutations(LIFE.slice(0, count));
  const ends = new Set(orders.map((order) => JSON.stringify(sorted(fold(order)))));
  expect(ends.size).toBe(1);
  expect(fold(LIFE.slice(0, count)).phase).toBe(
    ["waiting", "waiting", "queued", "in_progress", "completed"][count - 1],
  );
});

propertyTest.prop([fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 12 })])(
  "losses and copies in any order end where the latest event that came stands",
  (picks) => {
    const came = picks.flatMap((pick) => LIFE[pick] ?? []);
    const distinct = [...new Set(picks)].toSorted((a, b) => a - b).flatMap((pick) => LIFE[pick] ?? []);
    expect(fold(came)).toEqual(fold(distinct));
  },
);

function fold(signals: readonly Signal[]): JobFacts {
  return signals
    .map(factsOfSignal)
    .filter((facts) => facts !== null)
    .reduce(joinFacts);
}

function sorted(facts: JobFacts): readonly unknown[] {
  return Object.entries(facts).toSorted(([a], [b]) => a.localeCompare(b));
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
