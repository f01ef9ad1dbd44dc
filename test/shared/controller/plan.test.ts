import { describe, expect, test } from "vitest";

import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { done, job, OWN_PREFIX, poolOf, running, World } from "./world.ts";

const NAME = (pool: string, index: number): string => `${OWN_PREFIX}${pool}-${index}`;

describe("a queued job gets a runner", () => {
  test("C22: one queued job starts one slot, five start five in one pass, and asking again starts no more", () => {
    const world = new World(poolOf({ max: 8 }));
    world.signal(job(1));
    expect(world.provision()).toHaveLength(1);
    for (const id of [2, 3, 4, 5, 6]) world.signal(job(id));
    expect(world.provision()).toHaveLength(5);
    expect(world.provision()).toEqual([]);
  });

  test("promise 6: never more slots than max, and the rest follow as slots end, without any further event", () => {
    const world = new World(poolOf({ max: 1 }));
    for (const id of [1, 2, 3]) world.signal(job(id));
    for (const id of [1, 2, 3]) {
      const [name = ""] = world.provision();
      expect(world.provision()).toEqual([]);
      world.signal(running(id, name)).signal(done(id, name)).slot(name, { change: "exited", exitCode: 0 });
      expect(world.provision()).toEqual([]);
      world.slot(name, { change: "removed" });
    }
    expect(world.ledger.demand()).toBe(0);
  });

  test("C3: a slot that exits without having been seen at work is replaced at once while demand is uncovered", () => {
    const world = new World();
    world.signal(job(1));
    const [name = ""] = world.provision();
    world.slot(name, { change: "exited", exitCode: 0 }).slot(name, { change: "removed" });
    expect(world.provision()).toHaveLength(1);
  });

  test("N10 a pool whose slots keep exiting without work is backed off, and says when it goes on", () => {
    const world = new World();
    world.signal(job(1));
    for (const pauseMs of [0, 2000, 4000]) {
      const [name = ""] = world.later(pauseMs).provision();
      world.slot(name, { change: "exited", exitCode: 0 }).slot(name, { change: "removed" });
    }
    const { actions, nextAtMs } = world.plan();
    expect(actions).toEqual([]);
    expect(nextAtMs).toBe(world.nowMs + 4000);
    expect(world.later(4000).provision()).toHaveLength(1);
  });

  test("N11 a deprecated runner version pauses the pool for minutes, and the first job seen running ends that", () => {
    const world = new World();
    world.signal(job(1));
    const [name = ""] = world.provision();
    world.slot(name, { change: "exited", exitCode: 7 }).slot(name, { change: "removed" });
    expect(world.later(60_000).provision()).toEqual([]);
    expect(world.ledger.pauses.of("home", "acme", world.nowMs)?.code).toBe("runner-version-deprecated");
    expect(world.later(5 * 60_000).provision()).toHaveLength(1);
    world.signal(running(1, NAME("home", 1)));
    expect(world.ledger.pauses.of("home", "acme", world.nowMs)).toBeNull();
  });

  test("C7: a failed start frees its place and is tried again when GitHub's limit ends", () => {
    const world = new World(poolOf({ max: 1 }));
    world.signal(job(1)).slot("a", { change: "planned", pool: "home", scope: "acme" });
    const retryAtMs = world.nowMs + 30_000;
    world.slot("a", { change: "failed", code: "github-rate-limited", retryAtMs });
    expect(world.plan()).toMatchObject({ actions: [], nextAtMs: retryAtMs });
    expect(world.later(30_000).provision()).toHaveLength(1);
  });

  test("a pause that GitHub named outlasts later failures, idle exits and jobs seen at work, with its reason", () => {
    const world = new World(poolOf({ max: 8 }));
    for (const id of [0, 1, 2, 3, 4, 5])
      world.slot(NAME("home", id), { change: "planned", pool: "home", scope: "acme" });
    const retryAtMs = world.nowMs + 30 * 60_000;
    const named = { code: "github-rate-limited", untilMs: retryAtMs };
    const paused = () => world.ledger.pauses.of("home", "acme", world.nowMs);
    world.signal(running(1, NAME("home", 0)));
    world.slot(NAME("home", 1), { change: "failed", code: "github-rate-limited", retryAtMs });
    world.slot(NAME("home", 2), { change: "failed", code: "github-network", retryAtMs: null });
    expect(paused()).toMatchObject(named);
    for (const id of [3, 4]) world.slot(NAME("home", id), { change: "exited", exitCode: 0 });
    expect(paused()).toMatchObject(named);
    world.slot("x", { change: "withdrawn", pool: "home", answer: "gone" });
    world
      .signal(done(1, NAME("home", 0)))
      .slot(NAME("home", 0), { change: "exited", exitCode: 0 })
      .signal(running(2, NAME("home", 5)));
    expect(paused()).toMatchObject(named);
    expect(world.later(30 * 60_000).ledger.pauses.of("home", "acme", world.nowMs)).toBeNull();
  });

  test("a longer pause outlasts shorter ones and news of a job that was seen before", () => {
    const world = new World(poolOf({ max: 8 }));
    for (const id of [0, 1, 2, 3, 4]) world.slot(NAME("home", id), { change: "planned", pool: "home", scope: "acme" });
    const deprecated = { code: "runner-version-deprecated", untilMs: world.nowMs + 5 * 60_000 };
    const paused = () => world.ledger.pauses.of("home", "acme", world.nowMs);
    world.signal(running(1, NAME("home", 0))).slot(NAME("home", 1), { change: "exited", exitCode: 7 });
    world.slot(NAME("home", 2), { change: "failed", code: "github-network", retryAtMs: null });
    world.slot(NAME("home", 3), { change: "exited", exitCode: 0 });
    world.signal(done(1, NAME("home", 0))).slot(NAME("home", 0), { change: "exited", exitCode: 0 });
    expect(paused()).toMatchObject(deprecated);
    world.signal(running(2, NAME("home", 4)));
    expect(paused()).toBeNull();
  });

  test("six starts lost to one network blip pause the pool for seconds, not for minutes", () => {
    const world = new World(poolOf({ max: 6 }));
    for (const id of [1, 2, 3, 4, 5, 6])
      world.signal(job(id)).slot(`s${id}`, { change: "planned", pool: "home", scope: "acme" });
    for (const id of [1, 2, 3, 4, 5, 6]) {
      world.slot(`s${id}`, { change: "failed", code: "github-network", retryAtMs: null }).later(5);
    }
    expect(world.plan().nextAtMs).toBeLessThanOrEqual(world.nowMs + 2000);
    expect(world.later(2000).provision()).toHaveLength(6);
  });

  test("queueThreshold holds a single job back, but never longer than cooldownSeconds", () => {
    const scaling = { min: 0, max: 8, queueThreshold: 3, cooldownSeconds: 120 };
    const world = new World(poolOf({ scaling }));
    world.signal(job(1));
    expect(world.plan()).toMatchObject({ actions: [], nextAtMs: world.nowMs + 120_000 });
    expect(world.later(120_000).provision()).toHaveLength(1);
    for (const id of [2, 3, 4]) world.signal(job(id, { phaseAtMs: world.nowMs }));
    expect(world.provision()).toHaveLength(3);
  });

  test("queueThreshold goes by all uncovered jobs, also those for which there is no room", () => {
    const scaling = { min: 0, max: 2, queueThreshold: 3, cooldownSeconds: 120 };
    const world = new World(poolOf({ scaling }));
    for (const id of [1, 2, 3, 4, 5]) world.signal(job(id));
    expect(world.provision()).toHaveLength(2);
    const held = new World(poolOf({ scaling: { ...scaling, max: 1 } }));
    for (const id of [1, 2]) held.signal(job(id));
    expect(held.provision()).toEqual([]);
    const why = waitReason(held.ledger, held.pools, 2, held.nowMs);
    expect(why).toMatchObject({ code: "threshold" });
  });

  test("C14: a waiting job never provisions; its second queued starts one slot", () => {
    const world = new World();
    world.signal(job(1, { phase: "waiting" }));
    expect(world.provision()).toEqual([]);
    world.signal(job(1, { phaseAtMs: world.nowMs + 5000 }));
    expect(world.provision()).toHaveLength(1);
  });

  test("L3: a signal that is old news when it comes starts nothing before a sweep has seen the job", () => {
    const world = new World().later(60 * 60_000);
    world.signal(job(1));
    expect(world.plan().actions).toEqual([{ type: "verify", reason: { code: "stale-queued", jobId: 1 } }]);
    world.queueSweep([job(1, { phaseAtMs: world.nowMs })]);
    expect(world.provision()).toHaveLength(1);
  });

  test("E5: a replayed old signal that GitHub does not confirm never starts anything", () => {
    const world = new World().later(60 * 60_000);
    world.signal(job(1)).later(1000).queueSweep([], [1]);
    expect(world.plan().actions).toEqual([]);
    world.later(1000).queueSweep([], [1]);
    expect(world.plan().actions).toEqual([]);
  });
});

describe("which pool", () => {
  test("the first in file order that has room, and a covering slot of a later pool before a new one", () => {
    const world = new World(poolOf({ key: "a", max: 1 }), poolOf({ key: "b", max: 2 }));
    world.signal(job(1)).signal(job(2));
    expect(world.provision()).toEqual([NAME("a", 0), NAME("b", 1)]);
    world.signal(running(1, NAME("a", 0)));
    expect(world.provision()).toEqual([]);
    world.signal(done(1, NAME("a", 0))).slot(NAME("a", 0), { change: "exited", exitCode: 0 });
    world.slot(NAME("a", 0), { change: "removed" });
    expect(world.provision()).toEqual([]);
  });

  test.each([
    ["other labels", job(1, { labels: ["self-hosted", "gpu"] })],
    ["hosted runners", job(1, { labels: ["ubuntu-latest"] })],
    ["another owner", job(1, { repository: "evil/web" })],
    ["no labels", job(1, { labels: [] })],
  ])("C12, C20: a job with %s starts nothing", (_case, facts) => {
    expect(new World().signal(facts).provision()).toEqual([]);
  });

  test("C12: labels match whatever their case, order or repetition", () => {
    const facts = job(1, { labels: ["NAS", "Linux", "self-hosted", "X64", "nas"] });
    expect(new World().signal(facts).provision()).toHaveLength(1);
  });

  test("C13: a group-only job goes to a pool that says so, and only where the repository is allowed", () => {
    const pool = poolOf({ groupOnly: true, repositories: ["acme/api"] });
    expect(new World(pool).signal(job(1, { labels: [] })).provision()).toEqual([]);
    expect(new World(pool).signal(job(1, { labels: [], repository: "Acme/API" })).provision()).toHaveLength(1);
  });

  test("N17 a public repository never reaches a private pool", () => {
    const world = new World(poolOf({ visibility: "private" }));
    expect(world.signal(job(1, { isPrivate: false })).provision()).toEqual([]);
  });

  test("repository runners cover jobs of their own repository only, and make way where the pool is full", () => {
    const scope = { kind: "repositories", repositories: ["me/a", "me/b"] } as const;
    const world = new World(poolOf({ scope, max: 1, min: 1 }));
    const [warm = ""] = world.provision();
    world.later(1000).signal(job(1, { repository: "me/b", phaseAtMs: world.nowMs }));
    expect(world.plan().actions.map((action) => action.type)).toEqual(["verify"]);
    world.inventory({ [warm]: "idle" }, "me/a");
    expect(world.actions("retire")).toMatchObject([{ slot: warm }]);
    world.slot(warm, { change: "retiring" }).slot(warm, { change: "exited", exitCode: 143 });
    world.slot(warm, { change: "removed" });
    expect(world.plan().actions).toMatchObject([{ type: "provision", scope: "me/b" }]);
  });
});

describe("making way in a pool of repository runners", () => {
  const scope = { kind: "repositories", repositories: ["me/a", "me/b"] } as const;
  const other = (id: number) => job(id, { repository: "me/b" });

  test("as many idle slots make way as jobs wait for room, those on their way out counted", () => {
    const world = new World(poolOf({ scope, max: 3, min: 3 }));
    const names = world.provision();
    world.later(1000).signal(other(1));
    world.plan();
    world.inventory(Object.fromEntries(names.map((name) => [name, "idle" as const])), "me/a");
    expect(world.actions("retire")).toMatchObject([{ slot: names[0] }]);
    world.slot(names[0] ?? "", { change: "retiring" });
    expect(world.actions("retire")).toEqual([]);
    world.signal(other(2));
    world.plan();
    world.later(1000).inventory(Object.fromEntries(names.map((name) => [name, "idle" as const])), "me/a");
    expect(world.actions("retire")).toMatchObject([{ slot: names[1] }]);
  });

  test.each([2, 1])("no idle slot makes way in a pool that pauses, of max %i", (max) => {
    const world = new World(poolOf({ scope, max, min: 1 }));
    const [warm = ""] = world.provision();
    world.later(1000).slot("x", { change: "planned", pool: "home", scope: "me/b" });
    world.slot("x", { change: "failed", code: "github-rate-limited", retryAtMs: world.nowMs + 60_000 });
    world.signal(other(1)).plan();
    world.inventory({ [warm]: "idle" }, "me/a");
    expect(world.plan()).toMatchObject({ actions: [], surplus: new Set() });
  });
});

describe("warm minimum and surplus", () => {
  test("min slots are kept, and demand is covered by them first", () => {
    const world = new World(poolOf({ min: 2 }));
    expect(world.provision()).toHaveLength(2);
    world.signal(job(1));
    expect(world.provision()).toEqual([]);
    world.signal(running(1, NAME("home", 0)));
    expect(world.provision()).toEqual([]);
    world.signal(done(1, NAME("home", 0))).slot(NAME("home", 0), { change: "exited", exitCode: 0 });
    world.slot(NAME("home", 0), { change: "removed" });
    expect(world.provision()).toHaveLength(1);
  });

  test.each([0, null])("C9: a job cancelled while queued (runner %s) frees its slot after the cooldown", () => {
    const world = new World();
    world.signal(job(1));
    const [name = ""] = world.provision();
    world.later(1000).signal(done(1, null, "cancelled"));
    world.inventory({ [name]: "idle" });
    expect(world.actions("retire")).toEqual([]);
    world.later(119_000).inventory({ [name]: "idle" });
    expect(world.actions("retire")).toEqual([]);
    world.later(1000).inventory({ [name]: "idle" });
    expect(world.actions("retire")).toMatchObject([{ slot: name, reason: { code: "surplus" } }]);
  });

  test("G10, promise 8: nothing is retired on one source; a busy inventory or a running job outweighs an idle one", () => {
    const world = new World();
    world.signal(job(1));
    const [name = ""] = world.provision();
    world.signal(done(1, null, "cancelled")).plan();
    world.later(200_000);
    expect(world.actions("retire")).toEqual([]);
    expect(world.actions("verify")).toMatchObject([{ reason: { code: "idle-unconfirmed" } }]);
    world.inventory({ [name]: "busy" });
    expect(world.plan().actions).toEqual([]);
    world
      .later(1000)
      .inventory({ [name]: "idle" })
      .signal(running(2, name));
    expect(
      world
        .later(200_000)
        .inventory({ [name]: "idle" })
        .plan().actions,
    ).toEqual([]);
  });

  test("G12: a slot that GitHub calls busy when it is to be taken away is kept", () => {
    const world = new World();
    world.signal(job(1));
    const [name = ""] = world.provision();
    world.signal(done(1, null, "cancelled")).plan();
    world.later(200_000).inventory({ [name]: "idle" });
    expect(world.actions("retire")).toHaveLength(1);
    world.slot(name, { change: "retiring" }).slot(name, { change: "kept", busy: true });
    expect(world.plan().actions).toEqual([]);
  });

  test("C6: a runner that never comes online is replaced by a deadline, on GitHub's word", () => {
    const world = new World();
    world.signal(job(1));
    const [name = ""] = world.provision();
    expect(world.later(10 * 60_000).actions("retire")).toEqual([]);
    world.inventory({ [name]: "offline" });
    expect(world.actions("retire")).toMatchObject([{ slot: name, reason: { code: "never-online" } }]);
  });
});

describe("what was seen", () => {
  test("C4, promise 7: completed tells of the runner that it names; the slot made for another job goes on", () => {
    const world = new World();
    world.signal(job(1)).signal(job(2));
    const [first = "", second = ""] = world.provision();
    world.signal(running(1, second)).signal(running(2, first)).signal(done(1, second));
    expect(world.ledger.slot(second)?.state).toBe("spent");
    expect(world.ledger.slot(first)?.state).toBe("busy");
  });

  test("F24: a job that is run again on a fleet at zero gets one slot at once, and its old end does no harm", () => {
    const world = new World().signal(done(1, null));
    expect(world.provision()).toEqual([]);
    const again = job(2, { attempt: 2, createdAtMs: world.later(60_000).nowMs, phaseAtMs: world.nowMs });
    expect(world.signal(again).provision()).toHaveLength(1);
    expect(world.signal(done(1, null)).provision()).toEqual([]);
    expect(world.ledger.demand()).toBe(1);
  });

  test("C2: a re-run's old completed events take nothing away from a new job", () => {
    const world = new World();
    world.signal(job(7, { runId: 9, attempt: 2 }));
    for (const id of [1, 2, 3, 4, 5]) world.signal(done(id, "elsewhere"));
    expect(world.ledger.demand()).toBe(1);
    expect(world.provision()).toHaveLength(1);
  });

  test("C16: skipped for a job that was never heard of changes nothing", () => {
    const world = new World(poolOf({ min: 1 }));
    world.provision();
    expect(world.signal(done(9, null, "skipped")).plan().actions).toEqual([]);
  });

  test("D6: a late queued does not bring a finished job back", () => {
    const world = new World().signal(done(1, "elsewhere"));
    expect(world.signal(job(1)).provision()).toEqual([]);
  });

  test("promise 9 and G6: sweeps that do not list it remove nothing; GitHub's word about it, twice, does; a sighting brings it back", () => {
    const world = new World(poolOf({ max: 0 }));
    world.signal(job(1)).later(5 * 60_000);
    for (let sweep = 0; sweep < 10; sweep += 1) world.later(1000).queueSweep([]);
    world.queueSweep([], [1]);
    expect(world.ledger.demand()).toBe(1);
    world.later(119_000).queueSweep([], [1]);
    expect(world.ledger.demand()).toBe(1);
    world.later(1000).queueSweep([], [1]);
    expect(world.ledger.demand()).toBe(0);
    world.later(1000).queueSweep([job(1)]);
    expect(world.ledger.demand()).toBe(1);
  });

  test("promise 9: a job of less than five minutes is not given up on any answer", () => {
    const world = new World(poolOf({ max: 0 })).signal(job(1));
    world.later(60_000).queueSweep([], [1]).later(180_000).queueSweep([], [1]);
    expect(world.ledger.demand()).toBe(1);
    world.later(60_000).queueSweep([], [1]);
    expect(world.ledger.demand()).toBe(0);
  });

  test("promise 9: an answer from before it was seen proves nothing, and a sighting between two answers starts them over", () => {
    const world = new World(poolOf({ max: 0 })).signal(job(1)).later(10 * 60_000);
    world.queueSweep([job(1)]);
    const before = world.nowMs - 10;
    for (let sweep = 0; sweep < 3; sweep += 1) world.queueSweep([], [1], before);
    world.later(1000).queueSweep([], [1]);
    world.later(1000).queueSweep([job(1)]);
    world.later(121_000).queueSweep([], [1]);
    expect(world.ledger.demand()).toBe(1);
  });

  test("promise 9: age alone never takes a job out of demand", () => {
    const world = new World(poolOf({ max: 0 })).signal(job(1)).later(30 * 24 * 60 * 60_000);
    world.feed({ type: "forget", atMs: world.nowMs });
    expect(world.ledger.demand()).toBe(1);
  });

  test("C17: containers found at the start count, so a restart in the middle of it starts no more than max", () => {
    const world = new World(poolOf({ max: 1 }));
    world.signal(job(1)).signal(job(2));
    const name = NAME("home", 9);
    world.slot(name, { change: "adopted", pool: "home", scope: "acme", runnerId: 5, startedAtMs: world.nowMs });
    expect(world.provision()).toEqual([]);
  });

  test("a slot adopted after its job was heard of is known to be busy", () => {
    const world = new World(poolOf({ max: 2 }));
    const name = NAME("home", 9);
    world.signal(running(1, name)).signal(job(2));
    world.slot(name, { change: "adopted", pool: "home", scope: "acme", runnerId: 5, startedAtMs: world.nowMs });
    expect(world.provision()).toHaveLength(1);
  });

  test("G11: an offline runner of ours without a slot is deregistered after a grace; young, busy and foreign ones are not", () => {
    const world = new World();
    const ghosts = { [NAME("home", 5)]: "offline", [NAME("home", 6)]: "busy", "other-agent-1": "offline" } as const;
    world.inventory(ghosts);
    expect(world.actions("deregister")).toEqual([]);
    world.later(2 * 60_000).inventory(ghosts);
    expect(world.actions("deregister")).toMatchObject([{ ghost: { name: NAME("home", 5) } }]);
  });
});
