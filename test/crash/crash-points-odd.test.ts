import { test } from "vitest";

import { playOut } from "./play-out.ts";

test("X2 D1 E-2 promises 1 to 3: a crash at any call, the other half of the places: nothing lost, nothing doubled", async () => {
  const { places } = await playOut({ crashAt: null, evictAt: null });
  for (let at = 1; at < places.length; at += 2) await playOut({ crashAt: at, evictAt: null });
});
