import fc from "fast-check";
import { expect, test } from "vitest";

import { isDemand } from "../../../shared/controller/job.ts";
import type { JobFacts } from "../../../shared/workflow-job/job-facts.ts";
import { job, OWN_PREFIX, poolOf, T0, World } from "./world.ts";

const RUNNER = (jobId: number): string => `${OWN_PREFIX}home-${jobId}`;

/** Everything that a job may tell of itself in its life, in the order in which it happens. */
function life(jobId: number, gated: boolean, fate: "runs" | "cancelled" | "foreign"): readonly JobFacts[] {
  const at = (seconds: number): Partial<JobFacts> => ({ phaseAtMs: T0 + seconds * 1000 });
  const runnerName = fate === "foreign" ? "somebody-else" : RUNNER(jobId);
  const start = gated
    ? [job(jobId, { phase: "waiting", ...at(0) }), job(jobId, { phase: "waiting", ...at(1) }), job(jobId, at(2))]
    : [job(jobId, at(0))];
  if (fate === "cancelled") return [...start, job(jobId, { phase: "completed", conclusion: "cancelled", ...at(3) })];
  return [
    ...start,
    job(jobId, { phase: "in_progress", runnerName, startedAtMs: T0 + 3000, ...at(3) }),
    job(jobId, { phase: "completed", runnerName, conclusion: "success", completedAtMs: T0 + 4000, ...at(3) }),
  ];
}

const history = fc
  .record({
    gated: fc.boolean(),
    fate: fc.constantFrom("runs", "cancelled", "foreign"),
    length: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ gated, fate, length }) => ({ gated, fate, length }) as const);

/** Up to eight jobs at some point of their lives, and a schedule of what they told, with copies. */
const schedule = fc.array(history, { minLength: 1, maxLength: 8 }).chain((histories) => {
  const told = histories.flatMap(({ gated, fate, length }, index) => life(index + 1, gated, fate).slice(0, length));
  const positions = fc.array(fc.nat({ max: told.length - 1 }), { maxLength: told.length });
  return positions.chain((copies) => {
    const all = [...told, ...copies.flatMap((index) => told[index] ?? [])];
    return fc
      .shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
      .map((shuffled) => ({ told, shuffled }));
  });
});

interface Outcome {
  readonly demand: readonly number[];
  readonly actions: readonly unknown[];
}

function outcome(feed: (world: World) => void): Outcome {
  const world = new World(poolOf({ max: 5 })).later(60_000);
  feed(world);
  const demand = [...world.ledger.jobs].filter(isDemand).map(({ facts }) => facts.jobId);
  return { demand: demand.toSorted((a, b) => a - b), actions: world.plan().actions };
}

/** What a sweep lists: each unfinished job as it stands now, and nothing of the finished ones. */
function present(told: readonly JobFacts[]): readonly JobFacts[] {
  const last = new Map(told.map((facts) => [facts.jobId, facts]));
  return [...last.values()].filter((facts) => facts.phase !== "completed");
}

const RUNS = { numRuns: 10_000 };

test("X1, promise 4: any order of the same deliveries, copies included, ends in the same demand and plan", () => {
  fc.assert(
    fc.property(schedule, ({ told, shuffled }) => {
      const inOrder = outcome((world) => told.forEach((facts) => world.signal(facts)));
      const anyOrder = outcome((world) => shuffled.forEach((facts) => world.signal(facts)));
      expect(anyOrder).toEqual(inOrder);
    }),
    RUNS,
  );
});

test("C8, promise 5: webhooks alone, sweeps alone and any mixture of both end in the same demand and plan", () => {
  fc.assert(
    fc.property(schedule, fc.nat(), ({ told, shuffled }, cut) => {
      const at = cut % (shuffled.length + 1);
      const listed = present(told);
      const sweep = (world: World): void => {
        world.queueSweep(
          listed.map((facts) => ({
            ...facts,
            phaseAtMs: facts.phase === "in_progress" ? facts.phaseAtMs : world.nowMs,
          })),
        );
      };
      const webhooks = outcome((world) => told.forEach((facts) => world.signal(facts)));
      const sweeps = outcome(sweep);
      const both = outcome((world) => {
        shuffled.slice(0, at).forEach((facts) => world.signal(facts));
        sweep(world);
        shuffled.slice(at).forEach((facts) => world.signal(facts));
      });
      expect(sweeps).toEqual(webhooks);
      expect(both).toEqual(webhooks);
    }),
    RUNS,
  );
});

test("C1: every permutation of a gated job's five events ends alike", () => {
  const events = life(1, true, "runs");
  for (const order of permutations(events)) {
    const { demand } = outcome((world) => order.forEach((facts) => world.signal(facts)));
    expect(demand).toEqual([]);
  }
  for (const order of permutations(events.slice(0, 3))) {
    expect(outcome((world) => order.forEach((facts) => world.signal(facts))).demand).toEqual([1]);
  }
});

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
