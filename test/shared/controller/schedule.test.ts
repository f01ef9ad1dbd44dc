import { expect, test } from "vitest";

import { describeWait } from "../../../shared/controller/describe-reason.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { remedyFor } from "../../../shared/controller/wait-remedy.ts";
import { onePool } from "../fleet/load-text.ts";
import { job, poolOf, running, T0, World } from "./world.ts";

const MINUTE_MS = 60_000;

/** T0 is 12:00 in UTC, on a Monday. */
const worldOf = (schedule: string, scaling = "{ max: 4, cooldownSeconds: 60 }") =>
  new World(
    onePool(`
version: 2
pools:
  - key: home
    organization: acme
    visibility: any
    labels: [nas]
    scaling: ${scaling}
    schedule: ${schedule}
`),
  );

const LUNCH = "[{ days: mon-fri, from: '11:00', to: '13:00', timeZone: UTC, max: 0 }]";

test("no slot is started beyond the max of the hours, whatever waits; running jobs go on and idle slots go", () => {
  const world = worldOf("[{ from: '12:30', to: '13:00', timeZone: UTC, max: 1 }]");
  for (const id of [1, 2, 3]) world.signal(job(id));
  const [busy = "", idle = "", other = ""] = world.provision();
  world
    .signal(running(1, busy))
    .signal(job(2, { phase: "completed" }))
    .signal(job(3, { phase: "completed" }));
  world
    .later(30 * MINUTE_MS)
    .inventory({ [busy]: "busy", [idle]: "idle", [other]: "idle" })
    .plan();
  world.later(1000).inventory({ [busy]: "busy", [idle]: "idle", [other]: "idle" });
  expect(world.actions("retire")).toMatchObject([{ slot: idle }, { slot: other }]);
  for (const name of [idle, other])
    world.slot(name, { change: "exited", exitCode: 0 }).slot(name, { change: "removed" });
  world.signal(job(4, { createdAtMs: world.nowMs, phaseAtMs: world.nowMs }));
  expect(world.actions("provision")).toEqual([]);
  world.later(29 * MINUTE_MS + 59_000);
  expect(world.provision()).toHaveLength(1);
});

test("a job in closed hours waits for their end, which is when the plan is made again, and why says until when", () => {
  const world = worldOf(LUNCH);
  world.signal(job(1));
  expect(world.provision()).toEqual([]);
  const why = waitReason(world.ledger, world.pools, 1, world.nowMs);
  expect(why).toEqual({ code: "scheduled", pool: "home", max: 0, untilMs: T0 + 60 * MINUTE_MS });
  expect(describeWait(why)).toBe("home holds no slot until 2026-11-23T13:00:00.000Z by its schedule");
  expect(remedyFor(why)).toMatchObject({ mender: "time", text: expect.stringContaining("schedule") });
  world.later((world.plan().nextAtMs ?? 0) - world.nowMs);
  world.later((world.plan().nextAtMs ?? 0) - world.nowMs);
  expect(world.nowMs).toBe(T0 + 60 * MINUTE_MS);
  expect(world.provision()).toHaveLength(1);
});

test("warm runners come up two minutes before their hour, and go after it", () => {
  const world = worldOf("[{ from: '12:10', to: '12:20', timeZone: UTC, min: 2 }]");
  expect(world.plan()).toMatchObject({ actions: [], nextAtMs: T0 + 8 * MINUTE_MS });
  world.later(8 * MINUTE_MS);
  const warm = world.provision();
  expect(warm).toHaveLength(2);
  expect(world.plan().nextAtMs).toBe(T0 + 10 * MINUTE_MS);
  const idle = Object.fromEntries(warm.map((name) => [name, "idle" as const]));
  world.later(10 * MINUTE_MS).inventory(idle);
  expect(world.plan()).toMatchObject({ actions: [], surplus: new Set() });
  world.later(2 * MINUTE_MS).plan();
  world.later(MINUTE_MS).inventory(idle);
  expect(world.actions("retire")).toHaveLength(2);
});

test("closed hours start no runner ahead of the warm hour that follows them", () => {
  const world = worldOf("[{ from: '11:00', to: '12:10', timeZone: UTC, max: 0 }]", "{ min: 1, max: 2 }");
  expect(world.later(9 * MINUTE_MS).provision()).toEqual([]);
  expect(world.later(MINUTE_MS).provision()).toHaveLength(1);
});

test("a pool of closed hours is passed by for the next one that may serve the job", () => {
  const [closed] = worldOf(LUNCH).pools;
  const [open] = worldOf(LUNCH).pools;
  if (closed === undefined || open === undefined) throw new Error("no pool");
  const { schedule: _closed, ...always } = open.pool;
  const world = new World(closed.pool, { ...always, key: "other" });
  expect(world.signal(job(1)).actions("provision")).toMatchObject([{ pool: "other" }]);
});

test("on a full machine no idle slot makes way for jobs of a pool whose hours let it start none", () => {
  const [closed] = worldOf(LUNCH).pools;
  if (closed === undefined) throw new Error("no pool");
  const world = new World({ maxSlots: 1 }, closed.pool, poolOf({ key: "warm", labels: ["gpu"], min: 1 }));
  const [warm = ""] = world.provision();
  world.signal(job(1)).plan();
  world.later(1000).inventory({ [warm]: "idle" });
  expect(world.actions("retire")).toEqual([]);
});
