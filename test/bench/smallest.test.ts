import { expect, test } from "vitest";

import { benchScale, SMALLEST as SCALE } from "./scale.ts";
import { benchLink, SMALLEST as LINK } from "./link.ts";
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

test("pnpm bench scale: at its smallest size jobs come, run and go while nodes and engines fail, and none waits for long", async () => {
  const { figures, text } = await benchScale(SCALE);
  const { jobs, events, jobsADay, simulatedMs, jobMs, mostSlots, leftWaiting } = figures;
  const expected = (jobsADay * simulatedMs) / 86_400_000;
  expect(simulatedMs).toBe(SCALE.simulatedMs);
  expect(jobs).toBeGreaterThan(expected / 2);
  expect(events).toBeGreaterThan(8 * jobs);
  expect(mostSlots).toBeGreaterThan((jobsADay * jobMs) / 86_400_000);
  expect(leftWaiting).toBeLessThan(expected / 10);
  expect(text).toContain("2 pools, 2 engines, 4 nodes");
});

test("pnpm bench link: at its smallest size every delivery is stored, journaled and replayed", async () => {
  const { figures } = await benchLink(LINK);
  expect(figures.journaledMs.p50).toBeGreaterThanOrEqual(figures.storedMs.p50 / 2);
  expect(figures).toMatchObject({ deliveries: LINK.steady, replay: LINK.replay });
  expect([figures.workerCpuMs, figures.replayMs].every((value) => Number.isFinite(value) && value > 0)).toBe(true);
});
