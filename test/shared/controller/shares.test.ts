import { expect, test } from "vitest";

import { describeWait } from "../../../shared/controller/describe-reason.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { onePool } from "../fleet/load-text.ts";
import { done, job, poolOf, running, World } from "./world.ts";

const web = (jobId: number) => job(jobId);
const api = (jobId: number) => job(jobId, { repository: "acme/api" });
const gpu = (jobId: number) => job(jobId, { labels: ["gpu"] });

const SHARED = `
version: 2
pools:
  - key: home
    organization: acme
    visibility: any
    labels: [nas]
    scaling: { max: 4 }
    maxPerRepository: 2
    priority: 7
`;

const jobsOf = (world: World) =>
  world.actions("provision").map((action) => {
    return action.type === "provision" && action.reason.code === "demand" ? action.reason.jobId : null;
  });

test("a repository gets no more of a pool than its share, and the others what is left", () => {
  const world = new World(onePool(SHARED));
  for (const id of [1, 2, 3, 4]) world.signal(web(id));
  world.signal(api(9));
  expect(new Set(jobsOf(world))).toEqual(new Set([1, 2, 9]));
  const why = waitReason(world.ledger, world.pools, 3, world.nowMs);
  expect(why).toEqual({ code: "share", pool: "home", repository: "acme/web", most: 2 });
  expect(describeWait(why)).toBe("home holds as many slots for acme/web as it may (maxPerRepository: 2)");
});

test("what is started, what can be taken and what runs count for a share; the next job follows one that ended", () => {
  const world = new World(onePool(SHARED));
  for (const id of [1, 2, 3]) world.signal(web(id));
  const [first = "", second = ""] = world.provision();
  expect(world.actions("provision")).toEqual([]);
  world.signal(running(1, first)).signal(running(2, second));
  expect(world.actions("provision")).toEqual([]);
  world.signal(done(1, first));
  expect(jobsOf(world)).toEqual([3]);
});

test("no idle slot makes way for a job that its share keeps waiting", () => {
  const pool = poolOf({ max: 2, maxPerRepository: 1, scope: { kind: "repositories", repositories: ["me/a", "me/b"] } });
  const world = new World(pool);
  const mine = (jobId: number, repository: string) => job(jobId, { repository });
  world.signal(mine(1, "me/a")).signal(mine(2, "me/b"));
  const [busy = "", idle = ""] = world.provision();
  world.signal({ ...running(1, busy), repository: "me/a" }).signal({ ...done(2, null), repository: "me/b" });
  world.signal(mine(3, "me/a")).plan();
  world.later(1000).inventory({ [idle]: "idle" }, "me/b");
  expect(world.actions("retire")).toEqual([]);
});

test("on a machine that is short of room the pool of the highest priority starts first, and why says who goes before", () => {
  const low = poolOf({ key: "low" });
  const world = new World({ maxSlots: 1 }, low, poolOf({ key: "high", labels: ["gpu"], priority: 1 }));
  world.signal(web(1)).later(1000).signal(gpu(2));
  expect(jobsOf(world)).toEqual([2]);
  const why = waitReason(world.ledger, world.pools, 1, world.nowMs);
  expect(why).toEqual({ code: "machine-full", maxSlots: 1, behind: ["high"] });
  expect(describeWait(why)).toContain("high of higher priority goes first");
});

test("idle slots make way for jobs of pools of a higher priority, the lowest first, and not the other way round", () => {
  const pools = [
    poolOf({ key: "high", labels: ["gpu"], priority: 2, min: 1 }),
    poolOf({ key: "low", labels: ["arm"], min: 1 }),
    poolOf({ key: "mid", labels: ["nas"], priority: 1 }),
  ];
  const world = new World({ maxSlots: 2 }, ...pools);
  const [high = "", low = ""] = world.provision();
  world.signal(web(1)).plan();
  world.later(1000).inventory({ [high]: "idle", [low]: "idle" });
  expect(world.actions("retire")).toMatchObject([{ slot: low }]);
  world.slot(low, { change: "exited", exitCode: 0 }).slot(low, { change: "removed" });
  const [mid = ""] = world.provision();
  expect(world.ledger.slot(mid)?.pool).toBe("mid");
  world.signal(job(2, { labels: ["arm"] })).plan();
  world.later(1000).inventory({ [high]: "idle", [mid]: "busy" });
  expect(world.actions("retire")).toEqual([]);
});
