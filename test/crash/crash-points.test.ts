import { expect, test } from "vitest";

import { readFigures } from "../../config/build/figures.ts";
import { figure } from "../bench/figure.ts";
import { playOut } from "./play-out.ts";
import { SLICES, playSlice } from "./slices.ts";

test("X2 D1: the run has every kind of call between the receiver and the ack", async () => {
  const { places } = await playOut({ crashAt: null, evictAt: null });
  const kinds = new Set(places.map((place) => place.replace(/^(before|after) /, "")));
  expect(places.length).toBeGreaterThan(400);
  for (const kind of ["mailbox: commit", "journal: commit", "send to agent", "send to edge", "call of the object"]) {
    expect(kinds).toContain(kind);
  }
  figure("crash", { places: places.length, calls: kinds.size });
});

test("the places to die are as many as the pages say", async () => {
  const { places } = await playOut({ crashAt: null, evictAt: null });
  expect(places.length, "run: pnpm bench --record crash").toBe(readFigures().crash.figures.places);
});

// The other slices are in the files beside this one, which run at the same time.
test.each(SLICES.filter((slice) => slice % 2 === 0))(
  "X2 D1 L2 D8 D9 E-2 promises 1 to 3: a crash at any call, with poison, a full disk, refused rows and what is put back: nothing lost, nothing doubled (part %i)",
  playSlice,
);

test("X2 L2 an eviction after any event of the edge, its sockets hibernating or cut: nothing lost, nothing doubled", async () => {
  const { turns } = await playOut({ crashAt: null, evictAt: null });
  expect(turns).toBeGreaterThan(12);
  for (let at = 0; at < turns; at += 1) {
    await playOut({ crashAt: null, evictAt: at });
    await playOut({ crashAt: null, evictAt: at, cut: true });
  }
});
