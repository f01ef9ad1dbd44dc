import { expect } from "vitest";

import { guid } from "../samples/signal.ts";
import { DELIVERIES, POISON, REFUSED_FOR_LONG, playTroubledRun, playUpgrade } from "./troubled-run.ts";
import { CrashWorld, type WorldOptions } from "./world.ts";

const READABLE = DELIVERIES.filter((n) => !POISON.includes(n)).map(guid);
/** Those that are never set aside have one number for ever. */
const NEVER_SET_ASIDE = DELIVERIES.filter((n) => !POISON.includes(n) && n !== REFUSED_FOR_LONG);

/**
 * Plays the whole run once. Before the upgrade each delivery that was answered 2xx is in the agent's journal once, or
 * on its disk with the reason and a dead letter at the edge; after it, all are in the journal once.
 */
export async function playOut(options: WorldOptions) {
  const world = new CrashWorld(options);
  try {
    await playTroubledRun(world);
    const place = () => world.plan.places[options.crashAt ?? -1] ?? `turn ${options.evictAt ?? "none"}`;
    expect(world.journaled().toSorted(), `lost or doubled: ${place()}`).toEqual(READABLE);
    expectSetAside(world, place());
    await playUpgrade(world);
    expectAllTaken(world, place());
    return { places: world.plan.places, turns: world.turns };
  } finally {
    world.close();
  }
}

/** Each delivery is in the journal, once, and was not taken as new twice. */
function expectAllTaken(world: CrashWorld, place: string): void {
  expect(world.journaled().toSorted(), `lost or doubled: ${place}`).toEqual(DELIVERIES.map(guid));
  expect(new Set(world.fresh).size, `taken as new twice: ${place}`).toBe(world.fresh.length);
  expect([world.unread(), world.letters()], `still set aside: ${place}`).toEqual([[], []]);
  expect(world.unacked(), `never acknowledged: ${place}`).toBe(0);
  for (const n of NEVER_SET_ASIDE) {
    expect(new Set(world.told.get(n)).size, `two numbers for ${n}: ${place}`).toBe(1);
  }
  expect([...world.told.keys()].toSorted((a, b) => a - b)).toEqual(DELIVERIES);
  const seqs = [...world.told.values()].flatMap((told) => [...new Set(told)]);
  expect(new Set(seqs).size, `one number for two: ${place}`).toBe(seqs.length);
}

/** What cannot be read is on the agent's disk with the reason, and a dead letter at the edge, once. */
function expectSetAside(world: CrashWorld, place: string): void {
  const poison = POISON.map(guid);
  const unread = world.unread();
  expect([...new Set(unread.map((each) => each.guid))].toSorted(), `not on the disk: ${place}`).toEqual(poison);
  for (const { reason } of unread) expect(reason).toContain("labels");
  const letters = world.letters();
  expect(letters.map((each) => each.guid).toSorted(), `no dead letter, or two: ${place}`).toEqual(poison);
  for (const { reason } of letters) expect(reason).toContain("labels");
}
