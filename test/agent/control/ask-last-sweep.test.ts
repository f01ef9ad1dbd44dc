import { expect, test } from "vitest";

import { askLastSweep } from "../../../agent/control/ask-last-sweep.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { controlWorld } from "./world.ts";

const SWEEP = {
  startedAtMs: 1,
  finishedAtMs: 2,
  allReadSinceMs: null,
  calls: 3,
  notModified: 1,
  budget: 600,
  failures: 0,
};

test("the daemon says what its last sweep cost, though its journal on disk is up to an hour behind", async () => {
  const { folder, daemon } = await controlWorld();
  expect(await askLastSweep(folder)).toBeNull();
  daemon.swept = SWEEP;
  expect(await askLastSweep(folder)).toEqual(SWEEP);
  expect(daemon.asked).toEqual([]);
});

test("where no daemon answers, nothing is said", async () => {
  expect(await askLastSweep(temporaryFolder())).toBeNull();
});
