import { expect, test } from "vitest";

import { Readings } from "../../../agent/doctor/check/readings.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

test("no more readings are under way than may be, whoever asks in the moment in which one ends", async () => {
  const readings = new Readings({ clock: new VirtualClock(), most: 1, late: () => new Error("late") });
  let underWay = 0;
  const seen: number[] = [];
  const read = async (): Promise<void> => {
    underWay += 1;
    seen.push(underWay);
    await Promise.resolve();
    underWay -= 1;
  };
  const made: Promise<void>[] = [];
  for (let n = 0; n < 20; n += 1) {
    made.push(readings.get(`reading ${n}`, read));
    await Promise.resolve();
  }
  await Promise.all(made);
  expect(seen).toEqual(made.map(() => 1));
  readings.close();
});
