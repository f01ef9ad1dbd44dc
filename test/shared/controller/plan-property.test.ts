import fc from "fast-check";
import { expect, test } from "vitest";

import type { Pool } from "../../../shared/fleet/pool.ts";
import { isDemand } from "../../../shared/controller/job.ts";
import { refusal } from "../../../shared/controller/pool-choice.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import type { Action } from "../../../shared/controller/plan.ts";
import type { Phase } from "../../../shared/workflow-job/phase.ts";
import { naiveLimits, naiveStarts } from "./naive-plan.ts";
import { job, OWN_PREFIX, poolOf, World } from "./world.ts";

const RUNS = { numRuns: 1500 };
const REPOSITORIES = ["acme/web", "acme/api", "me/a", "me/b"];
const SIZES = [["mem=4g"], ["MEM=2g"], ["cpu=2", "mem=4g"], ["mem=64g"]];
const PLAIN = [["self-hosted"], ["nas"], ["NAS", "self-hosted"], ["gpu"], ["nas", "gpu"], []];
const LABELS = [...PLAIN, ...PLAIN, ...SIZES, ...SIZES.map((size) => ["nas", ...size])];

/** Around the time at which the steps happen. */
const hours = fc.record({
  days: fc.constant([0, 1, 2, 3, 4, 5, 6]),
  fromMinute: fc.integer({ min: 700, max: 780 }),
  toMinute: fc.integer({ min: 700, max: 780 }),
  timeZone: fc.constant("UTC"),
  min: fc.integer({ min: 0, max: 2 }),
  max: fc.integer({ min: 0, max: 6 }),
});

const poolNamed = (key: string): fc.Arbitrary<Pool> =>
  fc
    .record({
      max: fc.integer({ min: 0, max: 6 }),
      min: fc.integer({ min: 0, max: 2 }),
      threshold: fc.integer({ min: 1, max: 3 }),
      labels: fc.constantFrom(["nas"], ["gpu"], ["nas", "gpu"]),
      groupOnly: fc.boolean(),
      mine: fc.boolean(),
      maxPerRepository: fc.option(fc.integer({ min: 1, max: 3 })),
      priority: fc.constantFrom(null, null, 1, 2),
      schedule: fc.option(fc.array(hours, { minLength: 1, maxLength: 3 })),
      sizes: fc.constantFrom(null, { memoryBytes: 8 * 2 ** 30 }, { memoryBytes: 2 * 2 ** 30, cpus: 4 }),
      engines: fc.constantFrom(null, ["local"], ["second"], ["local", "second"], ["second", "local"]),
    })
    .map(({ max, min, threshold, labels, groupOnly, mine, sizes, schedule, maxPerRepository, priority, engines }) =>
      poolOf({
        key,
        labels,
        groupOnly,
        scaling: { min: Math.min(min, max), max, queueThreshold: threshold, cooldownSeconds: 60 },
        ...(maxPerRepository === null ? {} : { maxPerRepository }),
        ...(priority === null ? {} : { priority }),
        ...(schedule === null ? {} : { schedule }),
        ...(sizes === null ? {} : { sizes }),
        ...(engines === null ? {} : { engines }),
        ...(mine ? { scope: { kind: "repositories", repositories: ["me/a", "me/b"] } } : {}),
      }),
    );

const pools = fc.tuple(
  fc.record({
    maxSlots: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 9 })),
    onSecond: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 4 })),
  }),
  poolNamed("a"),
  poolNamed("b"),
  poolNamed("c"),
);

const jobStep = fc.record({
  kind: fc.constant("job" as const),
  id: fc.integer({ min: 1, max: 25 }),
  phase: fc.constantFrom<Phase>("queued", "queued", "queued", "waiting", "in_progress", "completed"),
  repository: fc.constantFrom(...REPOSITORIES),
  labels: fc.constantFrom(...LABELS),
  bornMs: fc.oneof(fc.integer({ min: -90_000_000, max: 0 }), fc.integer({ min: -900_000, max: 0 })),
  runner: fc.option(fc.integer({ min: 0, max: 12 })),
});

const step = fc.oneof(
  { arbitrary: jobStep, weight: 10 },
  fc.record({
    kind: fc.constant("slot" as const),
    id: fc.integer({ min: 0, max: 12 }),
    pool: fc.constantFrom("a", "b", "c", "old"),
    scope: fc.constantFrom("acme", "me/a", "me/b"),
    sizeLabels: fc.constantFrom([], [], ["mem=4g"], ["mem=2g"], ["cpu=2", "mem=4g"]),
    engine: fc.constantFrom("local", "local", "second"),
    change: fc.constantFrom("planned", "started", "exited", "removed", "retiring", "kept", "failed" as const),
  }),
  fc.record({ kind: fc.constant("sweep" as const), ids: fc.uniqueArray(fc.integer({ min: 1, max: 25 })) }),
  fc.record({ kind: fc.constant("inventory" as const), idle: fc.uniqueArray(fc.integer({ min: 0, max: 12 })) }),
  fc.record({ kind: fc.constant("drain" as const), pool: fc.constantFrom("a", "b", "c"), on: fc.boolean() }),
  fc.record({
    kind: fc.constant("house" as const),
    held: fc.subarray(["a", "b", "c"]),
  }),
  fc.record({
    kind: fc.constant("engine" as const),
    engine: fc.constantFrom("local", "second"),
    answers: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("later" as const), ms: fc.integer({ min: 1, max: 400_000 }) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const name = (id: number): string => `${OWN_PREFIX}x-${id}`;

function take(world: World, each: Step): void {
  switch (each.kind) {
    case "job": {
      const atMs = world.nowMs + each.bornMs;
      const runnerName =
        each.runner === null || each.phase === "queued" || each.phase === "waiting" ? null : name(each.runner);
      const facts = { phase: each.phase, labels: each.labels, createdAtMs: atMs, phaseAtMs: atMs, runnerName };
      world.signal(job(each.id, { ...facts, repository: each.repository }));
      return;
    }
    case "slot": {
      const { change } = each;
      const { pool, scope, sizeLabels, engine } = each;
      if (change === "planned") world.slot(name(each.id), { change, pool, scope, sizeLabels, engine });
      else if (change === "exited") world.slot(name(each.id), { change, exitCode: 0 });
      else if (change === "failed") world.slot(name(each.id), { change, code: "slot-image", retryAtMs: null });
      else if (change === "kept") world.slot(name(each.id), { change, busy: false });
      else world.slot(name(each.id), { change });
      return;
    }
    case "sweep": {
      const listed = [...world.ledger.jobs]
        .filter(({ facts }) => each.ids.includes(facts.jobId))
        .map(({ facts }) => facts);
      world.queueSweep(listed, each.ids);
      return;
    }
    case "inventory":
      world.inventory(Object.fromEntries(each.idle.map((id) => [name(id), "idle" as const])));
      return;
    case "drain":
      world.feed({ type: "drain", pool: each.pool, on: each.on });
      return;
    case "house": {
      const words = new Map(each.held.map((pool) => [pool, { holds: ["container backup runs"], unseen: [] }]));
      world.feed({ type: "house", atMs: world.nowMs, words });
      return;
    }
    case "engine":
      world.feed({ type: "engine", atMs: world.nowMs, name: each.engine, answers: each.answers });
      return;
    case "later":
      world.later(each.ms);
  }
}

/** Slots of a pool that run, are started, or could be for jobs of a repository. */
function heldFor(
  world: World,
  starts: readonly Extract<Action, { type: "provision" }>[],
  pool: string,
  repository: string,
) {
  const slots = [...world.ledger.slots].filter((slot) => slot.pool === pool);
  const runs = slots.filter(({ jobId }) => jobId !== null && world.ledger.job(jobId)?.facts.repository === repository);
  const wanted = starts.filter(({ pool: of, reason }) => {
    return of === pool && reason.code === "demand" && world.ledger.job(reason.jobId)?.facts.repository === repository;
  });
  const waiting = [...world.ledger.jobs].filter(({ facts }) => {
    const why = waitReason(world.ledger, world.pools, facts.jobId, world.nowMs);
    const isCovered = ["covered", "passed-over", "not-given", "threshold"].includes(why.code);
    return facts.repository === repository && isCovered && "pool" in why && why.pool === pool;
  });
  return runs.length + wanted.length + waiting.length;
}

test("promise 6: no ledger makes a plan that exceeds max, or leaves a job unserved beside a free place", () => {
  fc.assert(
    fc.property(pools, fc.array(step, { maxLength: 60 }), (given, steps) => {
      const world = new World(...given);
      for (const each of steps) take(world, each);
      const starts = world.plan().actions.filter((action) => action.type === "provision");
      for (const { pool: each } of world.pools) {
        const slots = [...world.ledger.slots].filter((slot) => slot.pool === each.key).length;
        const wanted = starts.filter((start) => start.pool === each.key).length;
        const { max } = naiveLimits(each, world.nowMs);
        if (wanted > 0) expect(slots + wanted).toBeLessThanOrEqual(max);
        for (const { facts } of world.ledger.jobs) {
          const why = waitReason(world.ledger, world.pools, facts.jobId, world.nowMs);
          if (why.code === "share")
            expect(heldFor(world, starts, why.pool, why.repository)).toBeGreaterThanOrEqual(why.most);
        }
        const unserved = [...world.ledger.jobs].some(({ facts }) => {
          const why = waitReason(world.ledger, world.pools, facts.jobId, world.nowMs);
          return (
            (why.code === "full" && why.pools.includes(each.key)) || (why.code === "scheduled" && why.pool === each.key)
          );
        });
        if (unserved) expect(slots + wanted).toBeGreaterThanOrEqual(max);
      }
      for (const { engine } of starts) {
        const there = [...world.ledger.slots].filter((slot) => slot.engine === engine).length;
        const wanted = starts.filter((start) => start.engine === engine).length;
        expect(there + wanted).toBeLessThanOrEqual(world.ledger.engines.maxSlots(engine));
        expect(world.ledger.engines.isSilent(engine)).toBe(false);
      }
    }),
    RUNS,
  );
});

test("the plan starts exactly what the plainest reading of SPEC.md starts, whatever has happened", () => {
  fc.assert(
    fc.property(pools, fc.array(step, { maxLength: 60 }), (given, steps) => {
      const world = new World(...given);
      for (const each of steps) {
        take(world, each);
        const naive = naiveStarts(world.ledger, world.pools, world.nowMs);
        const real = world.plan().actions.flatMap((action) => {
          if (action.type !== "provision") return [];
          const jobId = action.reason.code === "demand" ? action.reason.jobId : null;
          const { pool, scope, sizeLabels, engine } = action;
          return [{ pool, scope, sizeLabels, engine, jobId }];
        });
        expect(real).toEqual(naive);
      }
    }),
    RUNS,
  );
});

test("the index of demand agrees with the jobs, whatever has happened to them", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const world = new World();
      for (const each of steps) {
        take(world, each);
        const demand = [...world.ledger.jobs].filter(isDemand).map(({ facts }) => facts.jobId);
        const indexed = [...world.ledger.queue.classes].flatMap(({ queued }) => queued.map(({ facts }) => facts.jobId));
        expect(indexed.toSorted((a, b) => a - b)).toEqual(demand.toSorted((a, b) => a - b));
        expect(world.ledger.demand()).toBe(demand.length);
        for (const jobClass of world.ledger.queue.classes) {
          for (const { facts } of jobClass.queued) {
            expect(world.pools.map((pool) => refusal(pool, facts))).toEqual(
              world.pools.map((pool) => refusal(pool, jobClass)),
            );
          }
        }
      }
    }),
    { numRuns: 500 },
  );
});
