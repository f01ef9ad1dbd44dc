import { expect, test } from "vitest";

import { job, poolOf, running } from "../../shared/controller/world.ts";
import { gitHubError, lostAnswer } from "../../stand-ins/github/fake-github.ts";
import { fails } from "../../stand-ins/docker/fake-slots.ts";
import { PREFIX, SlotWorld } from "./slot-world.ts";

test("C11, promise 10: a queued job's JIT call is out within the same turn of the event loop, without any timer", async () => {
  const world = await new SlotWorld().adopt();
  await world.jobs(job(1));
  const name = world.theSlot();
  expect(world.clock.pending).toBe(0);
  expect(world.github.callsOf("jit")).toEqual([name]);
  expect(world.provider.running()).toEqual([name]);
  expect(world.ledger.slot(name)).toMatchObject({ state: "started", pool: "home", scope: "acme", runnerId: 1 });
});

test("promise 11: a container gets its name, pool and JIT configuration, and no other credential", async () => {
  const world = await new SlotWorld().adopt();
  await world.jobs(job(1));
  const [spec] = world.provider.specs;
  const name = world.theSlot();
  expect(spec).toEqual({ name, pool: poolOf({ max: 8 }), scope: "acme", runnerId: 1, jitConfig: `jit-of-${name}` });
  expect(world.log.lines.join("\n")).not.toContain("jit-of-");
});

test("a job that asks for a size has its runner registered with that label, and room kept for that size", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ sizes: { memoryBytes: 8 * 2 ** 30 } })] }).adopt();
  await world.jobs(job(1, { labels: ["nas", "MEM=4g"] }));
  const [runner] = world.github.runners.values();
  expect(runner?.labels).toEqual(["self-hosted", "linux", "x64", "nas", "mem=4g"]);
  expect(world.provider.specs).toMatchObject([{ sizeLabels: ["mem=4g"], pool: { resources: {} } }]);
  expect(world.provider.admitted).toMatchObject([{ resources: { memoryBytes: 4 * 2 ** 30 } }]);
});

test("C21: JIT calls and starts of six jobs overlap; the sixth runner is up when the first is", async () => {
  const world = await new SlotWorld().adopt();
  world.github.latencyMs = 1000;
  world.provider.startMs = 300;
  await world.jobs(...[1, 2, 3, 4, 5, 6].map((id) => job(id)));
  // The group is looked up, then the runner is minted, then the container starts.
  await world.advance(2299);
  expect(world.provider.running()).toEqual([]);
  await world.advance(1);
  expect(world.provider.running()).toHaveLength(6);
  expect(new Set(world.slotNames()).size).toBe(6);
});

test("promise 6: never more than max at once, however many jobs wait and bring-ups fail", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ max: 2 })] }).adopt();
  world.provider.startHooks.push(fails("start-failed"), fails("start-failed"), fails("image"));
  await world.jobs(...[1, 2, 3, 4, 5].map((id) => job(id)));
  for (let seconds = 0; seconds < 120; seconds += 1) {
    expect(world.slotNames().length).toBeLessThanOrEqual(2);
    await world.advance(1000);
  }
  expect(world.provider.running()).toHaveLength(2);
});

test("the journal has the intent before GitHub is asked, and each step when it is done", async () => {
  const world = await new SlotWorld().adopt();
  let atTheCall: unknown = null;
  world.github.jitFaults.push((answer) => {
    atTheCall = world.records.unfinished();
    return answer();
  });
  world.github.latencyMs = 200;
  world.provider.startMs = 50;
  await world.jobs(job(1));
  await world.advance(500);
  const name = world.theSlot();
  const t0 = world.clock.now() - 500;
  expect(atTheCall).toMatchObject([{ name, pool: "home", scope: "acme", plannedAtMs: t0, runnerId: null }]);
  expect(world.records.unfinished()).toMatchObject([
    { name, runnerId: 1, jitAskedAtMs: t0 + 200, jitAtMs: t0 + 400, startedAtMs: t0 + 450 },
  ]);
});

test.each(["timeout", "network", "unavailable", "conflict"] as const)(
  "C7: a runner whose registration was answered by %s is found by name, deleted, and replaced under a new name",
  async (code) => {
    const world = await new SlotWorld().adopt();
    world.github.jitFaults.push(lostAnswer(code));
    await world.jobs(job(1));
    const [first = ""] = world.github.callsOf("jit");
    expect(world.github.callsOf("find")).toEqual([first]);
    expect(world.github.callsOf("delete")).toEqual([first]);
    if (code !== "conflict") await world.advance(2000);
    const name = world.theSlot();
    expect(name).not.toBe(first);
    expect(world.github.callsOf("jit")).toEqual([first, name]);
    expect([world.github.names(), world.provider.running()]).toEqual([[name], [name]]);
    expect(world.records.unfinished().map((record) => record.name)).toEqual([name]);
  },
);

test("C7: after a 409 the new name is tried at once: a lost answer costs no minutes", async () => {
  const world = await new SlotWorld().adopt();
  world.github.jitFaults.push(lostAnswer("conflict"));
  const startedAtMs = world.clock.now();
  await world.jobs(job(1));
  expect([world.provider.running().length, world.clock.now()]).toEqual([1, startedAtMs]);
});

test("a GitHub that calls every name taken is asked ever more slowly, not in a tight loop", async () => {
  const world = await new SlotWorld().adopt();
  const refuse = (): never => {
    throw gitHubError("conflict", { status: 409 });
  };
  world.github.jitFaults.push(...Array.from({ length: 1000 }, () => refuse));
  await world.jobs(job(1));
  await world.advance(60_000);
  expect(world.github.callsOf("jit").length).toBeLessThan(10);
  world.github.jitFaults.length = 0;
  await world.advance(5 * 60_000);
  expect(world.provider.running()).toHaveLength(1);
});

test("a JIT call that GitHub's limit refuses is made again when the limit ends, to the second", async () => {
  const world = await new SlotWorld().adopt();
  const retryAtMs = world.clock.now() + 90_000;
  world.github.jitFaults.push(() => {
    throw gitHubError("rate-limited", { status: 403, retryAtMs });
  });
  await world.jobs(job(1), job(2, { phaseAtMs: world.clock.now() }));
  await world.advance(89_999);
  const asked = world.github.callsOf("jit").length;
  expect(world.github.callsOf("find")).toEqual([]);
  await world.advance(1);
  expect(world.github.callsOf("jit").length).toBeGreaterThan(asked);
  expect(world.provider.running()).toHaveLength(2);
});

test.each(["image", "start-failed", "rejected", "name-taken"] as const)(
  "a container that does not start (%s) leaves no runner, frees its place, and is tried again after a pause",
  async (code) => {
    const world = await new SlotWorld({ pools: [poolOf({ max: 1 })] }).adopt();
    world.provider.startHooks.push(fails(code));
    await world.jobs(job(1));
    expect([world.github.names(), world.slotNames(), world.records.unfinished()]).toEqual([[], [], []]);
    expect(world.warnings()).toContainEqual(
      expect.objectContaining({ msg: "slot not started", pool: "home", remedy: "do something about Docker" }),
    );
    expect(world.ledger.pauses.on("home", "local", world.clock.now())).toMatchObject({
      code: `slot-${code}`,
      failures: 1,
    });
    await world.advance(1999);
    expect(world.github.callsOf("jit")).toHaveLength(1);
    await world.advance(1);
    expect(world.provider.running()).toEqual([world.theSlot()]);
  },
);

test("failures in a row are tried ever more rarely, at most five minutes apart, and never given up", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ max: 1 })] }).adopt();
  world.provider.startHooks.push(...Array.from({ length: 20 }, () => fails("image")));
  const tries: number[] = [];
  const count = (): number => world.github.callsOf("jit").length;
  const began = world.clock.now();
  await world.jobs(job(1));
  let seen = 0;
  while (world.provider.running().length === 0) {
    if (count() > seen) tries.push((world.clock.now() - began) / 1000);
    seen = count();
    await world.advance(1000);
  }
  const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  expect(gaps.slice(0, 8)).toEqual([2, 4, 8, 16, 32, 64, 128, 256]);
  expect(new Set(gaps.slice(8))).toEqual(new Set([300]));
});

test("a runner that could not be taken back is found in the inventory and deregistered later (G11)", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ max: 1 })] }).adopt();
  world.provider.startHooks.push(fails("start-failed"));
  world.github.deleteFaults.push(() => {
    throw gitHubError("network");
  });
  await world.jobs(job(1));
  const [ghost = ""] = world.github.callsOf("jit");
  await world.advance(5000);
  await world.inventory();
  await world.advance(119_999);
  expect(world.github.names()).toContain(ghost);
  await world.advance(1);
  expect(world.github.names()).toEqual([world.theSlot()]);
});

test("promise 12, G11: runners of other agents and of people are never deleted, however dead they look", async () => {
  const world = await new SlotWorld().adopt();
  const strangers = ["hookline-nas-2--home-aaaaaaaaaa", "hookline-na--home-aaaaaaaaaa", "build-box", "hookline-nas-x"];
  for (const name of strangers) world.github.add(name, { status: "offline" });
  world.github.add(`${PREFIX}home-busybusybu`, { status: "offline", busy: true });
  world.github.add(`${PREFIX}home-gonegonego`, { status: "offline" });
  for (let minutes = 0; minutes < 10; minutes += 1) {
    await world.inventory();
    await world.advance(60_000);
  }
  expect(world.github.callsOf("delete")).toEqual([`${PREFIX}home-gonegonego`]);
  expect(world.github.names()).toEqual([...strangers, `${PREFIX}home-busybusybu`]);
});

test("C3: a job whose runner was taken by another job gets a new one when that runner's slot exits", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ max: 1 })] }).adopt();
  await world.jobs(job(1));
  const first = world.theSlot();
  await world.jobs(job(2), running(2, first));
  world.provider.exit(first, 0);
  await world.advance(0);
  expect(world.provider.running()).toHaveLength(1);
  expect(world.provider.running()).not.toContain(first);
});
