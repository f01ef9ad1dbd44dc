import { describe, expect, test } from "vitest";

import {
  describeProvision,
  describeRetire,
  describeVerify,
  describeWait,
} from "../../../shared/controller/describe-reason.ts";
import type { WaitReason } from "../../../shared/controller/reasons.ts";
import { waitReason, WaitReasons } from "../../../shared/controller/wait-reason.ts";
import { waitReasonSchema } from "../../../shared/controller/wait-reason-schema.ts";
import { remedyFor } from "../../../shared/controller/wait-remedy.ts";
import type { JobFacts } from "../../../shared/workflow-job/job-facts.ts";
import { tableOf } from "./spec-text.ts";
import { done, job, poolOf, running, T0, World } from "./world.ts";

function why(world: World, jobId = 1): WaitReason {
  return waitReason(world.ledger, world.pools, jobId, world.nowMs);
}

describe("why nothing is started for a job", () => {
  const old = (world: World): JobFacts => job(1, { phaseAtMs: world.nowMs - 60 * 60_000 });
  const cases: readonly (readonly [string, () => World, unknown, RegExp])[] = [
    ["unheard", () => new World(), {}, /nothing has been heard/u],
    ["ended", () => new World().signal(done(1, null)), { conclusion: "success" }, /ended: success/u],
    ["running", () => new World().signal(running(1, "other-1")), { runner: "other-1" }, /runs on other-1/u],
    ["held", () => new World().signal(job(1, { phase: "waiting" })), {}, /approval/u],
    [
      "gone",
      () => new World().signal(job(1)).later(300_000).queueSweep([], [1]).later(120_000).queueSweep([], [1]),
      { sinceMs: T0 + 300_000 },
      /no such job since 2026/u,
    ],
    [
      "unconfirmed",
      () => {
        const world = new World();
        return world.signal(old(world));
      },
      {},
      /no sweep has seen it/u,
    ],
    ["overdue", () => new World().signal(job(1)).later(25 * 3_600_000), {}, /longer than GitHub/u],
    [
      "no-pool",
      () => new World().signal(job(1, { labels: ["gpu"] })),
      { refusals: [{ pool: "home", refusal: { code: "labels" } }] },
      /home: its runners lack gpu/u,
    ],
    [
      "covered",
      () => {
        const world = new World(poolOf({ min: 1 }));
        world.provision();
        return world.signal(job(1));
      },
      { pool: "home" },
      /can take it/u,
    ],
    [
      "threshold",
      () => new World(poolOf({ scaling: { min: 0, max: 2, queueThreshold: 2, cooldownSeconds: 60 } })).signal(job(1)),
      { threshold: 2, untilMs: T0 + 60_000 },
      /more jobs until 2026.*queueThreshold: 2/u,
    ],
    ["full", () => new World(poolOf({ max: 0 })).signal(job(1)), { pools: ["home"] }, /no room in home/u],
    [
      "operator-pause",
      () => new World().signal(job(1)).feed({ type: "operator-pause", pause: { sinceMs: T0, untilMs: null } }),
      { untilMs: null },
      /paused by the operator/u,
    ],
    [
      "draining",
      () => new World().signal(job(1)).feed({ type: "drain", pool: "home", on: true }),
      { pool: "home" },
      /drained/u,
    ],
    [
      "engine-silent",
      () => new World().signal(job(1)).feed({ type: "engine", atMs: T0, name: "local", answers: false }),
      { pool: "home", engines: ["local"], forMs: 0 },
      /no Docker Engine of home answers: local/u,
    ],
    [
      "paused",
      () =>
        new World()
          .slot("a", { change: "planned", pool: "home", scope: "acme" })
          .slot("a", { change: "failed", code: "slot-image", retryAtMs: T0 + 9 })
          .signal(job(1)),
      { why: "slot-image", untilMs: T0 + 9 },
      /paused until 2026.*slot-image/u,
    ],
  ];

  test.each(cases)("%s", (code, build, fields, sentence) => {
    const reason = why(build());
    expect(reason).toMatchObject({ code, ...(fields as object) });
    expect(describeWait(reason)).toMatch(sentence);
    expect(waitReasonSchema.parse(reason)).toEqual(reason);
    expect(remedyFor(reason).text).toMatch(/\.$|--undo$/u);
  });

  test("that a slot is being started for it, when the next plan starts one", () => {
    const world = new World().signal(job(1));
    expect(why(world)).toEqual({ code: "starting", pool: "home" });
    expect(world.actions("provision")).toHaveLength(1);
  });

  test("of three jobs beside one slot the oldest is covered, and only the others find no room", () => {
    const world = new World(poolOf({ min: 1, max: 1 }));
    const [slot = ""] = world.provision();
    for (const id of [1, 2, 3]) world.signal(job(id));
    expect([1, 2, 3].map((id) => why(world, id))).toEqual([
      { code: "covered", pool: "home", slot, state: "started" },
      { code: "full", pools: ["home"] },
      { code: "full", pools: ["home"] },
    ]);
  });

  test("a pool that is drained and full is drained; of two pools the one that will serve it first tells why", () => {
    const full = new World(poolOf({ max: 0 }), poolOf({ key: "b", max: 0 })).signal(job(1));
    expect(why(full)).toEqual({ code: "full", pools: ["home", "b"] });
    full.feed({ type: "drain", pool: "home", on: true });
    expect(why(full)).toEqual({ code: "full", pools: ["b"] });
    full.feed({ type: "drain", pool: "b", on: true });
    expect(why(full)).toEqual({ code: "draining", pool: "home" });
  });

  test("a machine that is short of room is told apart from a pool that is paused", () => {
    const world = new World()
      .slot("a", { change: "planned", pool: "home", scope: "acme" })
      .slot("a", { change: "failed", code: "slot-no-room", retryAtMs: null })
      .signal(job(1));
    expect(why(world)).toMatchObject({ code: "no-room", pool: "home" });
    expect(remedyFor(why(world)).mender).toBe("person");
  });

  test("a slot that finds no node of its swarm is told with Swarm's own words, and until when it waits", () => {
    const swarms = "no suitable node (insufficient resources on 3 nodes)";
    const world = new World()
      .slot("a", { change: "planned", pool: "home", scope: "acme" })
      .slot("a", { change: "registered", runnerId: 1 })
      .slot("a", { change: "waits", why: swarms })
      .signal(job(1));
    const untilMs = T0 + 20 * 60_000;
    expect(why(world)).toEqual({ code: "no-node", pool: "home", why: swarms, untilMs });
    expect(describeWait(why(world))).toBe(
      `no room on any node: ${swarms}; the slot of home waits for one until ${new Date(untilMs).toISOString()}`,
    );
    expect(remedyFor(why(world)).mender).toBe("time");
    world.slot("a", { change: "waits", why: null });
    expect(why(world)).toMatchObject({ code: "covered" });
    world.slot("a", { change: "waits", why: swarms }).slot("a", { change: "started" });
    expect(why(world)).toMatchObject({ code: "covered" });
  });

  test("once its time is up, its pool pauses for want of a node, not of this machine's room", () => {
    const world = new World()
      .slot("a", { change: "planned", pool: "home", scope: "acme" })
      .slot("a", { change: "failed", code: "slot-no-node", retryAtMs: T0 + 9 })
      .signal(job(1));
    expect(why(world)).toEqual({ code: "no-node", pool: "home", why: null, untilMs: T0 + 9 });
    expect(describeWait(why(world))).toMatch(/no node .* room for a slot of home/u);
  });

  test("before the agent knows what exists, it says so", () => {
    const world = new World().signal(job(1));
    const reasons = new WaitReasons(world.ledger, world.pools, world.nowMs, ["adoption"]);
    const [known] = world.ledger.jobs;
    expect(known === undefined ? null : reasons.of(known)).toEqual({ code: "not-ready", holds: ["adoption"] });
  });
});

test("SPEC.md defines every reason why a job waits, in the order of the schema", () => {
  const rows = tableOf(["reason", "it means"]).slice(1);
  const codes = waitReasonSchema.def.options.map((option) => option.shape.code.def.values[0]);
  expect(rows.map(([code]) => code)).toEqual(codes.map((code) => `\`${code}\``));
});

test("every reason of a plan has a sentence that names what it is about", () => {
  expect(describeProvision({ code: "demand", jobId: 7 })).toContain("job 7");
  expect(describeProvision({ code: "warm-minimum", min: 3 })).toContain("3 slots");
  expect(describeRetire({ code: "surplus", idleMs: 120_000 })).toContain("120 s");
  expect(describeRetire({ code: "never-online", startedMsAgo: 300_000 })).toContain("300 s");
  expect(describeRetire({ code: "offline", forMs: 5000 })).toContain("5 s");
  expect(describeRetire({ code: "lost", forMs: 60_000 })).toContain("60 s");
  expect(describeRetire({ code: "job-done", jobId: 7, forMs: 1000 })).toContain("job 7");
  expect(describeRetire({ code: "drained" })).toContain("drained");
  expect(describeRetire({ code: "pool-removed" })).toContain("configuration");
  for (const code of ["stale-queued", "overdue"] as const)
    expect(describeVerify({ code, jobId: 7 })).toContain("job 7");
  for (const code of ["idle-unconfirmed", "end-unconfirmed"] as const) {
    expect(describeVerify({ code, slot: "s-1" })).toContain("s-1");
  }
});

test("every job keeps the evidence for its phase: which delivery or sweep told it first, when", () => {
  const world = new World();
  world.feed({ type: "job", source: "signal", facts: job(1), atMs: T0, seenAtMs: T0, guid: "g-1" });
  world.feed({ type: "job", source: "signal", facts: job(1), atMs: T0 + 5, seenAtMs: T0, guid: "g-2" });
  expect(world.ledger.job(1)?.because).toEqual({ source: "signal", guid: "g-1", atMs: T0 });
  world.later(10).queueSweep([job(1, { phase: "in_progress", runnerName: "elsewhere" })]);
  expect(world.ledger.job(1)?.because).toEqual({ source: "sweep", guid: null, atMs: T0 + 10 });
});
