import { expect, test } from "vitest";

import { Skipped } from "../../../../agent/doctor/check/check.ts";
import { judgeRoom } from "../../../../agent/doctor/daemon/room-check.ts";
import { poolOf } from "../../../shared/controller/world.ts";

const FLEET = { version: 2 as const, pools: [poolOf()] };
const FLOORS = { minFreeDiskBytes: 2 ** 30, minFreeMemoryBytes: 2 ** 28 };
const room = (disk: number | null, memory: number | null) => ({
  freeDiskBytes: () => disk,
  freeMemoryBytes: () => memory,
});

test("what was not measured is not said to be there", () => {
  expect(() => judgeRoom(FLEET, { ...FLOORS, room: room(null, null) }, null)).toThrow(Skipped);
  const unasked = { minFreeDiskBytes: 0, minFreeMemoryBytes: 0, room: room(1, 1) };
  expect(() => judgeRoom(FLEET, unasked, null)).toThrow(Skipped);
  expect(judgeRoom(FLEET, { ...FLOORS, room: room(2 ** 40, null) }, null)).toEqual({
    status: "pass",
    summary: "there is disk for one more slot",
  });
});
