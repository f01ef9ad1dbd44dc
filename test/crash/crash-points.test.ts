import { expect, test } from "vitest";

import { readFigures } from "../../config/build/figures.ts";
import { figure } from "../bench/figure.ts";
import { playOut } from "./play-out.ts";

test("X2 D1 L2 D8 D9 E-2 promises 1 to 3: a crash at any call between the receiver and the ack, with poison, a full disk, refused rows and what is put back: nothing lost, nothing doubled", async () => {
  const clean = await playOut({ crashAt: null, evictAt: null });
  const kinds = new Set(clean.places.map((place) => place.replace(/^(before|after) /, "")));
  expect(clean.places.length).toBeGreaterThan(400);
  for (const kind of ["mailbox: commit", "journal: commit", "send to agent", "send to edge", "call of the object"]) {
    expect(kinds).toContain(kind);
  }
  // The other half is in crash-points-odd.test.ts, which runs beside this one.
  for (let at = 0; at < clean.places.length; at += 2) await playOut({ crashAt: at, evictAt: null });
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
