import { describe, expect, test } from "vitest";

import { done, job, poolOf, running } from "../../shared/controller/world.ts";
import { gitHubError, hangs } from "../../stand-ins/github/fake-github.ts";
import { fails } from "../../stand-ins/docker/fake-slots.ts";
import { listed } from "../daemon/agent-fixture.ts";
import { PREFIX, SlotWorld } from "./slot-world.ts";

async function withOneSlot(world = new SlotWorld({ pools: [poolOf({ max: 1 })] })): Promise<[SlotWorld, string]> {
  await world.adopt();
  await world.jobs(job(1));
  return [world, world.theSlot()];
}

test("a runner that did its job leaves nothing: container removed, place free, GitHub not bothered", async () => {
  const [world, name] = await withOneSlot();
  await world.jobs(running(1, name));
  world.github.runners.clear();
  await world.advance(60_000);
  world.provider.exit(name, 0);
  await world.jobs(done(1, name));
  expect([world.slotNames(), world.provider.containers.size, world.records.unfinished()]).toEqual([[], 0, []]);
  expect(world.github.callsOf("delete")).toEqual([]);
  expect(world.provider.callsOf("logs")).toEqual([]);
  const at = world.clock.now();
  expect(world.records.all()).toMatchObject([{ name, exitCode: 0, exitedAtMs: at, removedAtMs: at }]);
});

test("a runner that ended without a job takes its unused registration with it", async () => {
  const [world, name] = await withOneSlot();
  world.provider.exit(name, 0);
  await world.advance(0);
  expect(world.github.callsOf("delete")).toEqual([name]);
  expect(world.github.names()).not.toContain(name);
});

test("N14 the last words of a slot that failed are kept before its container goes", async () => {
  const [world, name] = await withOneSlot();
  world.provider.exit(name, 1);
  await world.advance(0);
  const calls = world.provider.calls.filter((call) => call.endsWith(name));
  expect(calls).toEqual([`start ${name}`, `logs ${name}`, `remove ${name}`]);
  expect(world.warnings()).toContainEqual(
    expect.objectContaining({
      msg: "slot ended with an error",
      slot: name,
      exitCode: 1,
      tail: `last words of ${name}`,
    }),
  );
});

test("N14 the last words of a slot that failed stay in the journal, without a credential", async () => {
  const [world, name] = await withOneSlot();
  world.provider.tail = `ACTIONS_RUNNER_INPUT_JITCONFIG=${"x".repeat(40)}\nno such job`;
  world.provider.exit(name, 1);
  await world.advance(0);
  const record = world.records.all().find((slot) => slot.name === name);
  expect(record?.tail).toBe("ACTIONS_RUNNER_INPUT_JITCONFIG=[cut]\nno such job");
});

test("N16 a runner that the kernel killed for memory is reported with its job, its pool and what to do", async () => {
  const [world, name] = await withOneSlot();
  await world.jobs(running(1, name));
  const container = world.provider.containers.get(name)!;
  world.provider.exit(name, 137, true);
  world.provider.containers.set(name, { ...container, state: "exited", exitCode: 137, oomKilled: true });
  world.provider.tell({ kind: "exited", name, exitCode: 137 });
  await world.advance(0);
  expect(world.log.records()).toContainEqual(
    expect.objectContaining({
      msg: "slot killed for lack of memory",
      slot: name,
      pool: "home",
      jobId: 1,
      remedy: expect.stringContaining("resources.memory"),
    }),
  );
});

test("a slot that was killed, but not for memory, is not said to have been", async () => {
  const [world, name] = await withOneSlot();
  world.provider.exit(name, 137);
  await world.advance(0);
  expect(JSON.stringify(world.log.records())).not.toContain("lack of memory");
});

test("N20 a container that has stopped is cleared away and never started again", async () => {
  const world = new SlotWorld({ pools: [poolOf({ max: 1 })] });
  const name = `${PREFIX}home-old`;
  world.provider.add(name, { state: "exited", exitCode: 143 });
  await world.adopt();
  await world.advance(60_000);
  expect(world.provider.callsOf("start")).toEqual([]);
  expect(world.provider.callsOf("remove")).toEqual([name]);
});

test("last words that the engine cannot give do not keep the place taken", async () => {
  const [world, name] = await withOneSlot();
  world.provider.logHooks.push(fails("unreachable"));
  world.provider.exit(name, 137);
  await world.advance(0);
  expect(world.provider.containers.has(name)).toBe(false);
  expect(world.slotNames()).not.toContain(name);
});

describe("H4, promise 16: a container that has ended and cannot be removed holds up nobody", () => {
  const stuck = (times: number) => Array.from({ length: times }, () => fails("rejected"));

  test("its place is free at once, and its job's follower starts beside it", async () => {
    const [world, name] = await withOneSlot();
    world.provider.removeHooks.push(...stuck(1000));
    await world.jobs(running(1, name), done(1, name), job(2));
    world.provider.exit(name, 0);
    await world.advance(0);
    expect(world.slotNames()).not.toContain(name);
    expect(world.provider.running()).toHaveLength(1);
    await world.manager.reconcile();
    await world.advance(60_000);
    expect(world.slotNames()).toHaveLength(1);
  });

  test("it is tried again with growing pauses, said once by name, and gone in the end", async () => {
    const [world, name] = await withOneSlot();
    world.provider.removeHooks.push(...stuck(12));
    world.provider.exit(name, 0);
    await world.advance(60 * 60_000);
    const tries = world.provider.callsOf("remove").filter((each) => each === name).length;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(20);
    const said = world
      .warnings()
      .filter(({ slot, msg }) => slot === name && /not removed|not cleared/.test(String(msg)));
    expect(said).toHaveLength(1);
    await world.advance(2 * 60 * 60_000);
    expect(world.provider.containers.has(name)).toBe(false);
  });

  test("the same where the engine does not answer: five seconds, and the place is free", async () => {
    const [world, name] = await withOneSlot();
    world.provider.removeHooks.push(() => new Promise(() => {}));
    await world.jobs(running(1, name), done(1, name), job(2));
    world.provider.exit(name, 0);
    await world.advance(5000);
    expect(world.slotNames()).not.toContain(name);
    expect(world.provider.running()).toHaveLength(1);
  });

  test("one that was left so by an earlier process takes no place for longer than that either", async () => {
    const world = new SlotWorld({ pools: [poolOf({ max: 1 })] });
    world.provider.removeHooks.push(...stuck(1000));
    world.provider.add(`${PREFIX}home-old`, { state: "exited", exitCode: 1 });
    await world.adopt();
    await world.jobs(job(1));
    await world.advance(5000);
    expect(world.provider.running()).toHaveLength(1);
  });
});

test("an exit that is told three times at once is cleared once", async () => {
  const [world, name] = await withOneSlot();
  world.provider.exit(name, 0);
  world.provider.tell({ kind: "exited", name, exitCode: 0 });
  world.provider.tell({ kind: "resync" });
  await world.advance(0);
  expect(world.provider.callsOf("remove")).toEqual([name]);
  expect(world.github.callsOf("delete")).toEqual([name]);
});

test("an exit of a container that nobody here knows is passed over", async () => {
  const [world] = await withOneSlot();
  world.provider.tell({ kind: "exited", name: "hookline-nas--home-unknown", exitCode: 1 });
  await world.advance(0);
  expect(world.provider.callsOf("remove")).toEqual([]);
});

test("N12 an exit whose event was lost is found when the provider connects again", async () => {
  const [world, name] = await withOneSlot();
  world.provider.exit(name, 0, true);
  await world.advance(0);
  expect(world.slotNames()).toEqual([name]);
  world.provider.tell({ kind: "resync" });
  await world.advance(0);
  expect(world.provider.containers.has(name)).toBe(false);
  expect(world.slotNames()).not.toContain(name);
});

test("C6: a container that ends before its start has returned leaves no slot behind, and the job gets another", async () => {
  const world = await new SlotWorld({ pools: [poolOf({ max: 1 })] }).adopt();
  let name = "";
  world.provider.startedHooks.push(() => {
    name = world.theSlot();
    world.provider.exit(name, 1);
  });
  await world.jobs(job(1));
  expect(world.provider.containers.has(name)).toBe(false);
  expect(world.provider.running()).toEqual([world.theSlot()]);
  expect(world.theSlot()).not.toBe(name);
  expect(world.github.names()).toEqual([world.theSlot()]);
});

test("a runner whose deregistration fails after its exit is no slot any more; the inventory finds it", async () => {
  const [world, name] = await withOneSlot();
  world.github.deleteFaults.push(() => {
    throw gitHubError("unavailable", { status: 502 });
  });
  world.provider.exit(name, 0);
  await world.jobs(done(1, null, "cancelled"));
  expect(world.slotNames()).not.toContain(name);
  await world.inventory();
  await world.advance(120_000);
  expect(world.github.names()).not.toContain(name);
});

test("a container that could not be cleared away at first is cleared within seconds, not at the next sweep", async () => {
  const [world, name] = await withOneSlot();
  world.provider.removeHooks.push(fails("unreachable"));
  await world.jobs(running(1, name), done(1, name), job(2));
  world.provider.exit(name, 0);
  await world.advance(10_000);
  expect(world.provider.containers.has(name)).toBe(false);
  expect(world.provider.running()).toHaveLength(1);
});

test("H15: an intent that could not be settled at the start is settled after the next good sweep", async () => {
  const world = new SlotWorld({ pools: [poolOf({ max: 1 })] });
  const name = `${PREFIX}home-cutoff`;
  world.records.plan({ name, pool: "home", scope: "acme", plannedAtMs: world.clock.now() });
  world.github.add(name, { status: "offline" });
  world.github.findFaults.push(() => {
    throw gitHubError("network");
  });
  await world.adopt();
  await world.advance(1000);
  expect(world.github.names()).toContain(name);
  const empty = { items: [], absent: [], complete: true, repositories: [], allReadSinceMs: null, redirected: [] };
  world.manager.swept({
    startedAtMs: world.clock.now(),
    finishedAtMs: world.clock.now(),
    jobs: empty,
    runners: [],
    failures: [],
  });
  await world.advance(1000);
  expect(world.github.names()).not.toContain(name);
  expect(world.records.unfinished()).toEqual([]);
});

test("a full disk for slots costs steps of the record, never the place of a slot", async () => {
  const [world, name] = await withOneSlot();
  const update = world.records.update.bind(world.records);
  world.records.update = () => {
    throw new Error("database or disk is full");
  };
  world.provider.startHooks.push(fails("start-failed"));
  await world.jobs(running(1, name), done(1, name), job(2));
  world.provider.exit(name, 0);
  await world.advance(0);
  expect(world.slotNames()).not.toContain(name);
  await world.advance(60_000);
  expect(world.provider.running()).toHaveLength(1);
  world.records.update = update;
  expect(world.log.records().some(({ remedy }) => remedy === "free the disk of HOOKLINE_DATA")).toBe(true);
});

test("a list that was asked for before a slot was cleared away does not bring the slot back", async () => {
  const [world, name] = await withOneSlot();
  await world.jobs(running(1, name), done(1, name));
  const stale = await world.provider.list(new AbortController().signal);
  let answer: () => void = () => {};
  world.provider.list = async () => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return stale;
  };
  const reconciled = world.manager.reconcile();
  world.provider.exit(name, 0);
  await world.advance(0);
  expect(world.slotNames()).toEqual([]);
  answer();
  await reconciled;
  expect(world.slotNames()).toEqual([]);
});

test("promise 11: an image that prints its environment does not put the JIT configuration into the log", async () => {
  const [world, name] = await withOneSlot();
  const config = Buffer.from("x".repeat(400)).toString("base64");
  world.provider.logTail = async () => `env\nACTIONS_RUNNER_INPUT_JITCONFIG=${config}\n${config}\nno such command`;
  world.provider.exit(name, 127);
  await world.advance(0);
  const told = JSON.stringify(world.log.records());
  expect(told).toContain("no such command");
  expect(told).not.toContain(config.slice(0, 130));
});

describe("rule 14: an exit without a seen job is looked into before the slot is replaced", () => {
  const provisions = (world: SlotWorld): number => world.actions.filter(({ type }) => type === "provision").length;

  /** GitHub has given the job to this runner and seen its end; the webhooks are still under way. */
  function ranUnseen(world: SlotWorld, jobId: number, name: string): void {
    const end = { status: "completed", conclusion: "success", runnerName: name } as const;
    world.github.jobsById.set(jobId, listed(jobId, { id: jobId, ...end }));
    for (const [id, runner] of world.github.runners) if (runner.name === name) world.github.runners.delete(id);
  }

  test("a runner whose job's webhooks are late is not replaced", async () => {
    const [world, name] = await withOneSlot();
    ranUnseen(world, 1, name);
    world.provider.exit(name, 0);
    await world.advance(10_000);
    expect(world.ledger.job(1)?.facts).toMatchObject({ phase: "completed", runnerName: name });
    expect([world.slotNames(), provisions(world)]).toEqual([[], 1]);
  });

  test("ten short jobs at once need ten runners, whichever of them ran which job", async () => {
    const world = new SlotWorld({ pools: [poolOf({ max: 10 })] });
    await world.adopt();
    await world.jobs(...Array.from({ length: 10 }, (_, n) => job(n + 1)));
    const names = world.slotNames().toReversed();
    names.forEach((name, n) => ranUnseen(world, n + 1, name));
    world.github.latencyMs = 100;
    for (const name of names) world.provider.exit(name, 0);
    await world.advance(10_000);
    expect([world.slotNames(), provisions(world)]).toEqual([[], 10]);
  });

  test("a runner that GitHub still knows had no job, and is replaced as soon as GitHub has said so", async () => {
    const [world, name] = await withOneSlot();
    world.github.latencyMs = 200;
    world.provider.exit(name, 0);
    await world.advance(100);
    expect(provisions(world)).toBe(1);
    await world.advance(900);
    expect(provisions(world)).toBe(2);
    expect(world.github.callsOf("job")).toEqual(["1"]);
  });

  test("a GitHub that does not answer holds the replacement up for a second and no longer", async () => {
    const [world, name] = await withOneSlot(new SlotWorld({ pools: [poolOf({ max: 2 })] }));
    world.github.readRunnerFaults.push(hangs);
    world.provider.exit(name, 0);
    await world.advance(999);
    expect(provisions(world)).toBe(1);
    await world.advance(1);
    expect(provisions(world)).toBe(2);
  });

  test("a slot whose job was seen, and one that was being retired, cost no question", async () => {
    const [world, name] = await withOneSlot();
    await world.jobs(running(1, name));
    world.provider.exit(name, 0);
    await world.advance(1000);
    expect(world.github.callsOf("runner")).toEqual([]);
  });
});
