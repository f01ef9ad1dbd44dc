import { expect, test } from "vitest";

import { readFigures } from "../../config/build/figures.ts";
import { figure } from "../bench/figure.ts";
import { guid } from "../samples/signal.ts";
import { CrashWorld, type WorldOptions } from "./world.ts";

const DELIVERIES = 6;
const ALL = Array.from({ length: DELIVERIES }, (_, n) => guid(n + 1));

/** Plays the whole run once and checks that nothing was lost and nothing doubled. */
async function playOut(options: WorldOptions) {
  const world = new CrashWorld(options);
  try {
    await world.play(DELIVERIES);
    const place = world.plan.places[options.crashAt ?? -1] ?? `turn ${options.evictAt ?? "none"}`;
    expect(world.journaled().toSorted(), `lost or doubled: ${place}`).toEqual(ALL);
    expect(new Set(world.fresh).size, `taken as new twice: ${place}`).toBe(world.fresh.length);
    for (const [n, seqs] of world.told) expect(new Set(seqs).size, `two numbers for ${n}: ${place}`).toBe(1);
    expect(world.told.size).toBe(DELIVERIES);
    const seqs = [...world.told.values()].map(([seq]) => seq);
    expect(new Set(seqs).size, `one number for two: ${place}`).toBe(DELIVERIES);
    expect(world.unacked(), `never acknowledged: ${place}`).toBe(0);
    return { places: world.plan.places, turns: world.turns };
  } finally {
    world.close();
  }
}

test("X2 D1 L2 D8 D9 promises 1 to 3: a crash at any call between the receiver and the ack: nothing lost, nothing doubled", async () => {
  const clean = await playOut({ crashAt: null, evictAt: null });
  const kinds = new Set(clean.places.map((place) => place.replace(/^(before|after) /, "")));
  expect(clean.places.length).toBeGreaterThan(400);
  for (const kind of ["mailbox: commit", "journal: commit", "send to agent", "send to edge", "call of the object"]) {
    expect(kinds).toContain(kind);
  }
  for (let at = 0; at < clean.places.length; at += 1) await playOut({ crashAt: at, evictAt: null });
  figure("crash", { places: clean.places.length, calls: kinds.size });
});

test("the places to die are as many as the pages say", async () => {
  const { places } = await playOut({ crashAt: null, evictAt: null });
  expect(places.length, "run: pnpm bench --record crash").toBe(readFigures().crash.figures.places);
});

test("X2 L2 an eviction after any event of the edge, its sockets hibernating or cut: nothing lost, nothing doubled", async () => {
  const { turns } = await playOut({ crashAt: null, evictAt: null });
  expect(turns).toBeGreaterThan(12);
  for (let at = 0; at < turns; at += 1) {
    await playOut({ crashAt: null, evictAt: at });
    await playOut({ crashAt: null, evictAt: at, cut: true });
  }
});
