import { describe, expect, test } from "vitest";

import { done, job, OWN_PREFIX, poolOf, running, T0, World } from "./world.ts";

const SECOND = 1000;
const MINUTE = 60_000;

const WEB = "acme/web";
const API = "acme/api";

/** The repositories whose jobs get a place now, in order; each place is taken at once by the job that it is for. */
function served(world: World): readonly string[] {
  return world.plan().actions.flatMap((action) => {
    if (action.type !== "provision" || action.reason.code !== "demand") return [];
    const { jobId } = action.reason;
    const name = `${OWN_PREFIX}${jobId}`;
    world.slot(name, { change: "planned", pool: action.pool, scope: action.scope }).slot(name, { change: "started" });
    const repository = world.ledger.job(jobId)?.facts.repository ?? "";
    world.signal({ ...running(jobId, name), repository });
    return [repository];
  });
}

function queue(world: World, repository: string, first: number, count: number): World {
  for (let at = 0; at < count; at += 1) {
    const createdAtMs = world.nowMs + at;
    world.signal(job(first + at, { repository, createdAtMs, phaseAtMs: createdAtMs }));
  }
  return world;
}

/** The jobs of a repository that run now end. */
function finish(world: World, repository: string, count: number): void {
  const ours = [...world.ledger.jobs].filter(
    ({ facts }) => facts.phase === "in_progress" && facts.repository === repository,
  );
  for (const { facts } of ours.slice(0, count)) {
    const name = facts.runnerName ?? "";
    world.signal({ ...done(facts.jobId, name), repository });
    world.slot(name, { change: "exited", exitCode: 0 }).slot(name, { change: "removed" });
  }
}

describe("within a pool, repositories take turns", () => {
  test("a small repository's job does not come after the two hundred of another", () => {
    const world = new World(poolOf({ max: 4 }));
    queue(world, WEB, 1, 200);
    queue(world.later(SECOND), API, 1001, 1);
    expect(served(world)).toEqual([WEB, API, WEB, WEB]);
  });

  test("what a repository holds already counts against it, jobs that slots on their way will take included", () => {
    const world = new World(poolOf({ max: 3 }));
    expect(served(queue(world, WEB, 1, 2))).toEqual([WEB, WEB]);
    queue(world.later(SECOND), WEB, 11, 5);
    queue(world.later(SECOND), API, 1001, 5);
    expect(served(world)).toEqual([API]);
    finish(world, WEB, 1);
    expect(served(world)).toEqual([WEB]);
    finish(world, API, 1);
    expect(served(world)).toEqual([API]);
  });

  test("within a repository the oldest job comes first, whatever its labels", () => {
    const world = new World(poolOf({ max: 3, labels: ["nas", "gpu"] }));
    const at = (jobId: number, createdAtMs: number, labels: string[]): World =>
      world.signal(job(jobId, { createdAtMs, phaseAtMs: createdAtMs, labels }));
    at(1, T0, ["nas"]);
    at(2, T0 + 1, ["gpu"]);
    at(3, T0 + 2, ["nas"]);
    const jobs = world
      .plan()
      .actions.flatMap((action) =>
        action.type === "provision" && action.reason.code === "demand" ? [action.reason.jobId] : [],
      );
    expect(jobs).toEqual([1, 2, 3]);
  });

  test("a job that has waited longer than ten minutes goes before turns", () => {
    const world = new World(poolOf({ max: 2 }));
    expect(served(queue(world, WEB, 1, 2))).toEqual([WEB, WEB]);
    queue(world, WEB, 11, 1);
    queue(world.later(11 * MINUTE), API, 1001, 2);
    finish(world, WEB, 1);
    expect(served(world)).toEqual([WEB]);
    finish(world, WEB, 1);
    expect(served(world)).toEqual([API]);
  });

  test("what a repository holds in one pool does not count in another", () => {
    const world = new World(poolOf({ key: "a", max: 2 }), poolOf({ key: "b", max: 1, labels: ["gpu"] }));
    queue(world, WEB, 1, 2);
    expect(served(world)).toEqual([WEB, WEB]);
    const gpu = (jobId: number, repository: string): World =>
      world
        .later(SECOND)
        .signal(job(jobId, { repository, labels: ["gpu"], createdAtMs: world.nowMs, phaseAtMs: world.nowMs }));
    gpu(21, WEB);
    gpu(22, API);
    expect(served(world)).toEqual([WEB]);
  });
});
