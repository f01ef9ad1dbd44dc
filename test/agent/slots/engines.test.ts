import { describe, expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { SlotEngines } from "../../../agent/slots/slot-engines.ts";
import { job, poolOf, running, T0 } from "../../shared/controller/world.ts";
import { FakeSlots, fails } from "../../stand-ins/docker/fake-slots.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { SlotWorld } from "./slot-world.ts";

const BOTH = poolOf({ max: 8, engines: ["first", "second"] });

/** Two engines, a GitHub and a disk, which outlive the agents on them. */
function machines() {
  const clock = new VirtualClock(T0);
  const local = new FakeSlots(clock);
  const first = new FakeSlots(clock);
  const second = new FakeSlots(clock);
  const github = new FakeGitHub(clock);
  const sql = new NodeSql(":memory:");
  const provider = () =>
    new SlotEngines(
      new Map([
        ["local", local],
        ["first", first],
        ["second", second],
      ]),
      clock,
    );
  let seed = 0;
  const agent = (pools = [BOTH]) =>
    new SlotWorld({ clock, github, sql, pools, engines: provider(), seed: (seed += 1) });
  return { clock, local, first, second, github, agent };
}

/** It answers nothing until `back` is called. */
function silence(engine: FakeSlots): { readonly back: () => void } {
  engine.listHook = fails("unreachable");
  engine.startHooks.push(...Array.from({ length: 9 }, () => fails("unreachable")));
  engine.tell({ kind: "silent" });
  const back = (): void => {
    engine.listHook = () => {};
    engine.startHooks.length = 0;
    engine.tell({ kind: "resync" });
  };
  return { back };
}

test("a slot is started, stopped, asked and removed on the engine that it was planned for, and the journal knows which", async () => {
  const { first, second, agent } = machines();
  const world = await agent([poolOf({ max: 8, engines: ["second"] })]).adopt();
  await world.jobs(job(1));
  const name = world.theSlot();
  expect([first.running(), second.running()]).toEqual([[], [name]]);
  expect(world.records.one(name)?.engine).toBe("second");
  second.exit(name, 1);
  await world.advance(2000);
  expect(second.callsOf("logs")).toEqual([name]);
  expect(second.callsOf("remove")).toEqual([name]);
  expect(first.calls.filter((call) => call !== "list")).toEqual([]);
});

describe("promise 16: an engine that falls silent", () => {
  test("its jobs start on the next engine at once, when the start fails there as when the event stream ends", async () => {
    const { first, second, agent } = machines();
    const world = await agent().adopt();
    first.startHooks.push(fails("unreachable"));
    first.listHook = fails("unreachable");
    await world.jobs(job(1));
    expect([first.running(), second.running().length]).toEqual([[], 1]);
    expect(world.ledger.engines.isSilent("first")).toBe(true);
    await world.jobs(job(2));
    expect(first.callsOf("start")).toHaveLength(1);
    expect(second.running()).toHaveLength(2);
  });

  test("what runs there is not touched, keeps its place, and is adopted when the engine is back", async () => {
    const { first, second, agent } = machines();
    const world = await agent([poolOf({ max: 2, engines: ["first", "second"] })]).adopt();
    await world.jobs(job(1));
    const [name = ""] = first.running();
    await world.jobs(running(1, name));
    const { back } = silence(first);
    await world.jobs(job(2), job(3));
    expect([first.running(), second.running().length]).toEqual([[name], 1]);
    await world.advance(3_600_000);
    expect(world.slotNames()).toContain(name);
    back();
    await world.advance(0);
    expect(world.ledger.engines.isSilent("first")).toBe(false);
    expect(world.ledger.slot(name)).toMatchObject({ state: "busy", engine: "first" });
    expect(first.callsOf("stop")).toEqual([]);
  });

  test("what ended there meanwhile is cleared away once it is back", async () => {
    const { first, agent } = machines();
    const world = await agent().adopt();
    await world.jobs(job(1));
    const [name = ""] = first.running();
    await world.jobs(running(1, name));
    const { back } = silence(first);
    first.exit(name, 0, true);
    await world.advance(60_000);
    back();
    await world.advance(6000);
    expect([world.slotNames(), first.containers.size]).toEqual([[], 0]);
  });

  test("it is asked until it answers, though nobody tells that it is back", async () => {
    const { first, agent } = machines();
    const world = await agent().adopt();
    silence(first);
    first.listHook = () => {};
    await world.advance(60_000);
    expect(world.ledger.engines.isSilent("first")).toBe(false);
  });
});

describe("an engine that is silent when the agent starts", () => {
  test("the others serve their pools within two seconds; its slots are those of the journal", async () => {
    const { clock, first, second, agent } = machines();
    const before = await agent([poolOf({ max: 2, engines: ["first", "second"] })]).adopt();
    await before.jobs(job(1));
    const [name = ""] = first.running();
    await before.jobs(running(1, name));
    before.die();
    first.listHook = () => new Promise(() => {});
    const world = agent([poolOf({ max: 2, engines: ["first", "second"] })]);
    const started = world.start();
    await clock.advance(2000);
    await started;
    expect(world.ledger.slot(name)).toMatchObject({ engine: "first", runnerId: 1 });
    await world.jobs(running(1, name), job(2), job(3));
    expect(second.running()).toHaveLength(1);
    expect(first.callsOf("stop")).toEqual([]);
    first.listHook = () => {};
  });

  test("a slot that the journal alone tells of, and that was never started, is cleared away when the engine is back", async () => {
    const { clock, first, agent } = machines();
    const before = await agent().adopt();
    first.startHooks.push(
      (signal) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    );
    await before.jobs(job(1));
    const name = before.theSlot();
    first.add(name, { state: "created", startedAtMs: null });
    before.die();
    const world = agent();
    const { back } = silence(first);
    const started = world.start();
    await clock.advance(0);
    await started;
    expect(world.slotNames()).toEqual([name]);
    back();
    await world.advance(60_000);
    expect([world.slotNames(), first.containers.size]).toEqual([[], 0]);
  });
});

test("a slot that failed to start on another engine is forgotten there", async () => {
  const { clock, local, first, second } = machines();
  const engines = new SlotEngines(
    new Map([
      ["local", local],
      ["first", first],
      ["second", second],
    ]),
    clock,
  );
  engines.place("slot-a", "first");
  engines.dismiss("slot-a");
  await engines.logTail("slot-a", 1, new AbortController().signal);
  expect([local.callsOf("logs"), first.callsOf("logs")]).toEqual([["slot-a"], []]);
});

test("an engine of another architecture than the first of its pool gets no runner with the wrong label", async () => {
  const { first, second, agent } = machines();
  first.facts = { architecture: "amd64", memoryBytes: 1, engineVersion: "1" };
  second.facts = { architecture: "arm64", memoryBytes: 1, engineVersion: "1" };
  const world = await agent([{ ...BOTH, architecture: "auto" }]).adopt();
  silence(first);
  await world.jobs(job(1));
  expect(second.running()).toEqual([]);
  expect(world.warnings()).toContainEqual(
    expect.objectContaining({ msg: "slot not started", reason: expect.stringMatching(/second is arm64/) }),
  );
});

describe("a node of a swarm that goes down", () => {
  const node = (down: boolean) => ({ name: "pi", down });

  test("its job is told of as lost, once, with its address at GitHub, and its slot serves nobody else", async () => {
    const { first, second, agent } = machines();
    const world = await agent().adopt();
    await world.jobs(job(1), job(2, { phaseAtMs: world.clock.now() }));
    const [busy = "", idle = ""] = first.running();
    await world.jobs(running(1, busy));
    for (const name of [busy, idle]) first.add(name, { node: node(true) });
    first.tell({ kind: "resync" });
    await world.advance(0);
    expect(first.running().length + second.running().length).toBe(3);
    for (let looks = 0; looks < 3; looks += 1) first.tell({ kind: "resync" });
    await world.advance(0);
    const lost = world.warnings().filter(({ msg }) => msg === "job lost with its node");
    expect(lost).toEqual([
      expect.objectContaining({
        jobId: 1,
        slot: busy,
        node: "pi",
        url: "https://github.com/acme/web/actions/runs/1/job/1",
      }),
    ]);
    expect([world.ledger.slot(busy)?.node, world.records.one(busy)?.node]).toEqual(["pi", "pi"]);
  });

  test("once it is back, its slots count again", async () => {
    const { first, agent } = machines();
    const world = await agent().adopt();
    await world.jobs(job(1));
    const [name = ""] = first.running();
    for (const down of [true, false]) {
      first.add(name, { node: node(down) });
      first.tell({ kind: "resync" });
      await world.advance(0);
      expect(world.ledger.slot(name)?.nodeDownAtMs === null).toBe(!down);
    }
  });
});
