import { expect, test } from "vitest";

import { job, poolOf, T0 } from "../../shared/controller/world.ts";
import { FakeGitHub, gitHubError, hangs } from "../../stand-ins/github/fake-github.ts";
import { FakeSlots, slotError } from "../../stand-ins/docker/fake-slots.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { PREFIX, SlotWorld } from "./slot-world.ts";

const nameOf = (suffix: string): string => `${PREFIX}home-${suffix}`;

function remains(): { clock: VirtualClock; github: FakeGitHub; provider: FakeSlots } {
  const clock = new VirtualClock(T0);
  return { clock, github: new FakeGitHub(clock), provider: new FakeSlots(clock) };
}

test("C17, promise 6: what runs is adopted and counted before anything is started", async () => {
  const before = remains();
  const runnerId = before.github.add(nameOf("a"), { status: "offline" });
  before.provider.add(nameOf("a"), { runnerId, startedAtMs: T0 - 5000 });
  before.provider.add(nameOf("b"), { startedAtMs: T0 - 5000 });
  const world = await new SlotWorld({ ...before, pools: [poolOf({ max: 2 })] }).adopt();
  expect(world.ledger.slot(nameOf("a"))).toMatchObject({ state: "started", runnerId, startedAtMs: T0 - 5000 });
  await world.jobs(job(1), job(2), job(3));
  expect(world.slotNames()).toEqual([nameOf("a"), nameOf("b")]);
  expect(world.github.callsOf("jit")).toEqual([]);
});

test("a container that ended while the agent was away is cleared with its last words and its registration", async () => {
  const before = remains();
  const runnerId = before.github.add(nameOf("a"), { status: "offline" });
  before.provider.add(nameOf("a"), { runnerId, state: "exited", exitCode: 1 });
  const world = await new SlotWorld(before).adopt();
  expect([world.slotNames(), world.provider.containers.size, world.github.names()]).toEqual([[], 0, []]);
  expect(world.provider.callsOf("logs")).toEqual([nameOf("a")]);
});

test("a container that was created and never started is removed, and its runner too", async () => {
  const before = remains();
  const runnerId = before.github.add(nameOf("a"), { status: "offline" });
  before.provider.add(nameOf("a"), { runnerId, state: "created", startedAtMs: null });
  const world = await new SlotWorld(before).adopt();
  expect([world.slotNames(), world.provider.containers.size, world.github.names()]).toEqual([[], 0, []]);
});

test("slots that ended while the agent was away do not slow down the jobs that wait now", async () => {
  const before = remains();
  for (const suffix of ["a", "b", "c", "d", "e"]) before.provider.add(nameOf(suffix), { state: "exited", exitCode: 0 });
  const world = await new SlotWorld(before).adopt();
  await world.jobs(job(1));
  expect(world.ledger.pauses.of("home", "acme", world.clock.now())).toBeNull();
  expect(world.provider.running()).toHaveLength(1);
});

test("a slot whose container somebody removed by hand is let go, its registration too, and its job served again", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ max: 1 })] }).adopt();
  await world.jobs(job(1));
  const lost = world.theSlot();
  await world.advance(60_000);
  world.provider.containers.delete(lost);
  await world.manager.reconcile();
  await world.advance(0);
  expect(world.github.names()).toEqual([world.theSlot()]);
  expect(world.theSlot()).not.toBe(lost);
});

test("a slot that starts while the list is on its way is not mistaken for one that vanished", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ max: 1 })] }).adopt();
  let release = (): void => {};
  world.provider.listHook = () => new Promise((resolve) => (release = resolve));
  const reconciled = world.manager.reconcile();
  await world.jobs(job(1));
  const started = world.theSlot();
  release();
  await reconciled;
  await world.advance(0);
  expect(world.ledger.slot(started)?.state).toBe("started");
  expect(world.provider.callsOf("remove")).toEqual([]);
});

test("a container of this process that is being started is not taken for a relic", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ max: 1 })] }).adopt();
  world.provider.startHooks.push(async () => {
    world.provider.add(world.theSlot(), { state: "created", startedAtMs: null });
    await world.manager.reconcile();
    world.provider.containers.clear();
  });
  await world.jobs(job(1));
  expect(world.provider.running()).toEqual([world.theSlot()]);
  expect(world.provider.callsOf("remove")).toEqual([]);
});

test("nothing is concluded from a list that could not be read", async () => {
  const world = await new SlotWorld().adopt();
  await world.jobs(job(1));
  const there = world.theSlot();
  await world.advance(60_000);
  world.provider.listHook = () => {
    throw slotError("unreachable");
  };
  await expect(world.manager.reconcile()).rejects.toThrow("unreachable");
  expect(world.slotNames()).toEqual([there]);
});

test.each([
  ["before GitHub answered", true, false],
  ["after GitHub registered the runner and before the answer came", true, true],
  ["between JIT configuration and container", false, true],
])(
  "D9, C17: killed %s, the restarted agent settles the intent and serves the job once",
  async (_case, inJit, registers) => {
    const before = remains();
    const first = await new SlotWorld({ ...before, pools: [poolOf({ max: 1 })] }).adopt();
    if (inJit) {
      before.github.jitFaults.push((answer, signal) => {
        if (registers) answer();
        return hangs(answer, signal);
      });
    } else {
      before.provider.startHooks.push(() => new Promise(() => {}));
    }
    await first.jobs(job(1));
    const cutOff = first.theSlot();
    expect(before.github.names()).toEqual(registers ? [cutOff] : []);
    // SIGKILL: not even the abort of a tidy stop happens; the second process has the same disk.
    first.control.stop();
    const second = await new SlotWorld({ ...before, pools: [poolOf({ max: 1 })], sql: first.sql, seed: 2 }).adopt();
    await second.jobs(job(1));
    const name = second.theSlot();
    expect(name).not.toBe(cutOff);
    expect(before.github.names()).toEqual([name]);
    expect(before.provider.running()).toEqual([name]);
    expect(second.records.unfinished().map((record) => record.name)).toEqual([name]);
  },
);

test("D9: killed after the container started, the restarted agent adopts it and starts no second one", async () => {
  const before = remains();
  const first = await new SlotWorld(before).adopt();
  await first.jobs(job(1));
  const name = first.theSlot();
  first.control.stop();
  const second = await new SlotWorld({ ...before, sql: first.sql, seed: 2 }).adopt();
  await second.jobs(job(1));
  expect(second.slotNames()).toEqual([name]);
  expect(before.github.callsOf("delete")).toEqual([]);
});

test("an intent that cannot be settled now stays for later, and the log says why", async () => {
  const before = remains();
  const sql = new SlotWorld(before).sql;
  const first = new SlotWorld({ ...before, sql });
  first.records.plan({ name: nameOf("lost"), pool: "home", scope: "acme", plannedAtMs: T0 });
  before.github.add(nameOf("lost"), { status: "offline" });
  before.github.findFaults.push(() => {
    throw gitHubError("unavailable", { status: 503 });
  });
  await first.adopt();
  expect(first.records.unfinished()).toHaveLength(1);
  expect(first.warnings()).toContainEqual(
    expect.objectContaining({ slot: nameOf("lost"), reason: "GitHub said unavailable" }),
  );
  await new SlotWorld({ ...before, sql }).adopt();
  expect([before.github.names(), first.records.unfinished()]).toEqual([[], []]);
});
