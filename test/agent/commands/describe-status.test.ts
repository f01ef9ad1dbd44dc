import { expect, test } from "vitest";

import { describeStatus } from "../../../agent/commands/describe-status.ts";
import { describePools } from "../../../shared/status/describe-pools.ts";
import type { EngineStatus } from "../../../shared/status/engine-status.ts";
import { job, poolOf, World } from "../../shared/controller/world.ts";
import { statusSample } from "../../samples/status.ts";

const HEEDS = { holdWhile: { containers: ["backup"], processes: [] } };
const ENGINES = ["local", "second"];

const history = () => ({ lastFailure: null, outcomes: [] });

/** What the row of the first pool says last. */
function stateOf(world: World): string {
  const pools = describePools(world.ledger, world.pools, history, world.nowMs);
  const engines = ENGINES.map((name): EngineStatus => {
    const silentSinceMs = world.ledger.engines.isSilent(name) ? world.nowMs : null;
    return { name, silentSinceMs, used: true, slots: 0, maxSlots: null, machine: null, calls: null };
  });
  const text = describeStatus(statusSample({ atMs: world.nowMs, pools, engines }));
  const row = text.split("\n").find((line) => line.startsWith("home "));
  return row?.split(/ {2,}/).at(-1) ?? "";
}

function held(world: World): World {
  const word = { holds: ["container backup runs"], unseen: [] };
  return world.feed({ type: "house", atMs: world.nowMs, words: new Map([["home", word]]) });
}

function silent(world: World, name: string): World {
  return world.feed({ type: "engine", atMs: world.nowMs, name, answers: false });
}

/** A slot that its engine refused. */
function refused(world: World, id: number, engine: string): World {
  const name = `hookline-nas--home-${id}`;
  world.slot(name, { change: "planned", pool: "home", scope: "acme", engine });
  return world.slot(name, { change: "failed", code: "slot-image", retryAtMs: null });
}

test("a pool that this machine's other work holds back is told to serve where another of its engines does", () => {
  expect(stateOf(held(new World(poolOf(HEEDS))))).toBe("held back: container backup runs");
  const both = new World(poolOf({ ...HEEDS, engines: ENGINES }));
  expect(stateOf(both)).toBe("serves");
  expect(stateOf(held(both))).toBe("serves; not on local: held back: container backup runs");
  expect(stateOf(silent(both, "second"))).toBe("held back: container backup runs");
});

test("a pool that one engine refuses is told to serve where another does, whichever of them it is", () => {
  expect(stateOf(refused(new World(poolOf()), 1, "local"))).toMatch(/^paused until \S+Z: slot-image$/);
  for (const [engine, other] of [
    ["local", "second"],
    ["second", "local"],
  ] as const) {
    const world = refused(new World(poolOf({ engines: ENGINES })), 1, engine);
    expect(stateOf(world)).toMatch(new RegExp(`^serves; not on ${engine}: paused until \\S+Z: slot-image$`));
    expect(stateOf(refused(world, 2, other))).toMatch(/^paused until \S+Z: slot-image$/);
  }
});

test("what pauses the whole pool outweighs that another engine serves; a full pool stays full", () => {
  const world = held(new World(poolOf({ ...HEEDS, engines: ENGINES, max: 1 })));
  world.signal(job(1)).provision();
  expect(stateOf(world)).toBe("full; not on local: held back: container backup runs");
  world.feed({ type: "drain", pool: "home", on: true });
  expect(stateOf(world)).toBe("drained");
});

test("a pool none of whose engines answers does not serve", () => {
  const world = silent(new World(poolOf({ engines: ENGINES })), "second");
  expect(stateOf(world)).toBe("serves; not on second: it does not answer");
  expect(stateOf(silent(world, "local"))).toBe("no engine answers");
});
