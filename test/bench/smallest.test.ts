import { expect, test } from "vitest";

import { benchSweep, SMALLEST as SWEEP } from "./sweep.ts";

test("pnpm bench sweep: at its smallest size an idle sweep costs nothing of GitHub's limit, and a naive one everything", async () => {
  const { figures, ok, text } = await benchSweep(SWEEP);
  expect(ok, text).toBe(true);
  for (const { repositories, idleCalls, naiveIdleCalls, naiveBusyCalls } of figures.sizes) {
    expect(naiveIdleCalls).toBe(1 + 2 * repositories);
    expect(naiveBusyCalls).toBeGreaterThan(naiveIdleCalls);
    expect(idleCalls).toBeGreaterThan(0);
  }
});
