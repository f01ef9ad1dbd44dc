import { expect, test } from "vitest";

import { done, job, poolOf } from "../../shared/controller/world.ts";
import { gitHubError, lostAnswer } from "../../stand-ins/github/fake-github.ts";
import { fails } from "../../stand-ins/docker/fake-slots.ts";
import { runsJob } from "../../../agent/slots/docker/runner-words.ts";
import { SlotWorld } from "./slot-world.ts";

const COOLDOWN_MS = 120_000;

/** A slot that nobody needs: its job was cancelled, and GitHub has listed its runner as idle since. */
async function surplus(): Promise<[SlotWorld, string]> {
  const world = await new SlotWorld({ pools: [poolOf({ max: 2 })] }).adopt();
  await world.jobs(job(1));
  const name = world.theSlot();
  world.github.set(name, { status: "online" });
  await world.advance(1000);
  await world.jobs(done(1, null, "cancelled"));
  await world.advance(1000);
  await world.inventory();
  return [world, name];
}

function order(world: SlotWorld): readonly string[] {
  return [...world.github.calls, ...world.provider.calls].filter((call) => /^(delete|stop|remove)/.test(call));
}

test("N9 an idle slot is deregistered first, then stopped, then removed", async () => {
  const [world, name] = await surplus();
  let deletedAtStop = false;
  world.provider.stopHooks.push(() => void (deletedAtStop = !world.github.names().includes(name)));
  await world.advance(COOLDOWN_MS - 1001);
  expect(order(world)).toEqual([]);
  await world.advance(1);
  expect(world.github.callsOf("delete")[0]).toBe(name);
  expect(order(world).slice(-2)).toEqual([`stop ${name}`, `remove ${name}`]);
  expect(deletedAtStop).toBe(true);
  expect([world.provider.containers.size, world.slotNames(), world.github.names()]).toEqual([0, [], []]);
});

test("an ended surplus slot does not count as one that failed: the next job is served at once", async () => {
  const [world] = await surplus();
  await world.advance(COOLDOWN_MS);
  expect(world.ledger.pauses.of("home", "acme", world.clock.now())).toBeNull();
  await world.jobs(job(2, { phaseAtMs: world.clock.now() }));
  expect(world.provider.running()).toHaveLength(1);
});

test("G12: a runner that GitHub calls busy is kept, and its container not touched", async () => {
  const [world, name] = await surplus();
  world.github.set(name, { busy: true });
  await world.advance(COOLDOWN_MS);
  expect(order(world)).toEqual([`delete ${name}`]);
  expect(world.provider.running()).toEqual([name]);
  expect(world.ledger.slot(name)).toMatchObject({ retiring: false, busySeenAtMs: world.clock.now() - 1000 });
  await world.advance(10 * COOLDOWN_MS);
  expect(order(world)).toEqual([`delete ${name}`]);
});

test("a runner that is gone at GitHub is as good as deleted: its container is stopped", async () => {
  const [world, name] = await surplus();
  world.github.runners.clear();
  await world.advance(COOLDOWN_MS);
  expect(world.provider.callsOf("stop")).toEqual([name]);
  expect(world.slotNames()).toEqual([]);
});

test("a slot is not stopped on an error of GitHub's; it is kept and tried again", async () => {
  const [world, name] = await surplus();
  world.github.deleteFaults.push(() => {
    throw gitHubError("unavailable", { status: 502 });
  });
  await world.advance(COOLDOWN_MS);
  expect(world.provider.callsOf("stop")).toEqual([]);
  expect(world.ledger.slot(name)?.retiring).toBe(false);
  await world.inventory();
  await world.advance(COOLDOWN_MS);
  await world.inventory();
  expect(world.provider.callsOf("stop")).toEqual([name]);
});

test("a deletion whose answer was lost is tried again, and ends with the container stopped", async () => {
  const [world, name] = await surplus();
  world.github.deleteFaults.push(lostAnswer("timeout"));
  await world.advance(COOLDOWN_MS);
  expect(world.provider.running()).toEqual([name]);
  // The runner itself ends when it learns that it is no longer registered.
  world.provider.exit(name, 0);
  await world.advance(0);
  expect([world.provider.containers.size, world.slotNames()]).toEqual([0, []]);
});

test("a stop that fails leaves the slot in sight; it is cleared when its container ends", async () => {
  const [world, name] = await surplus();
  world.provider.stopHooks.push(fails("unreachable"));
  await world.advance(COOLDOWN_MS);
  expect(world.slotNames()).toEqual([name]);
  expect(world.warnings()).toContainEqual(expect.objectContaining({ slot: name, remedy: "do something about Docker" }));
  world.provider.exit(name, 0, true);
  await world.manager.reconcile();
  await world.advance(0);
  expect(world.slotNames()).toEqual([]);
});

test("an adopted slot without a known runner id is looked up by its name before it is retired", async () => {
  const world = new SlotWorld();
  const name = "hookline-nas--home-adopted";
  const id = world.github.add(name);
  world.provider.add(name, { runnerId: null, startedAtMs: world.clock.now() - 1000 });
  await world.adopt();
  await world.advance(1);
  await world.inventory();
  await world.advance(COOLDOWN_MS);
  await world.inventory();
  expect(world.github.callsOf("find")).toEqual([name]);
  expect(world.github.runners.has(id)).toBe(false);
  expect(world.provider.callsOf("stop")).toEqual([name]);
});

test("G14, promise 12: in a whole life of slots only this agent's runners and containers are ever named", async () => {
  const [world] = await surplus();
  world.github.add("build-box", { status: "offline" });
  world.github.add("hookline-nas-2--home-abcdefghij", { status: "offline" });
  for (let round = 0; round < 5; round += 1) {
    await world.jobs(job(10 + round, { phaseAtMs: world.clock.now() }));
    const [first] = world.provider.running();
    if (first !== undefined && round % 2 === 0) world.provider.exit(first, round);
    await world.inventory();
    await world.advance(COOLDOWN_MS);
  }
  const writes = order(world).map((call) => call.split(" ")[1] ?? "");
  expect(writes.length).toBeGreaterThan(4);
  for (const name of writes) expect(name).toMatch(/^(hookline-nas--|\d+$)/);
  expect(world.github.names()).toContain("build-box");
  expect(world.github.names()).toContain("hookline-nas-2--home-abcdefghij");
});

test("C-7: a runner whose own container says that it runs a job is kept, whatever GitHub's lists and DELETE say", async () => {
  const [world, name] = await surplus();
  world.provider.atWork.add(name);
  await world.advance(10 * COOLDOWN_MS);
  expect([world.github.callsOf("delete"), world.provider.callsOf("stop")]).toEqual([[], []]);
  expect(world.ledger.slot(name)?.state).toBe("busy");
});

test.each([
  ["√ Connected to GitHub\n2026-11-25 10:00:00Z: Listening for Jobs\n", false],
  ["Listening for Jobs\n2026-11-25 10:00:05Z: Running job: build\n", true],
  ["Running job: build\n2026-11-25 10:01:05Z: Job build completed with result: Succeeded\n", false],
  ["", null],
  ["an image of its own that prints something else", null],
])("C-7: what a runner printed says whether it runs a job: %j", (printed, working) => {
  expect(runsJob(printed)).toBe(working);
});
