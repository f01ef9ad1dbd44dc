import { expect, test } from "vitest";

import { askStatus } from "../../../agent/control/ask-status.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { statusSample } from "../../samples/status.ts";
import { controlWorld } from "./world.ts";

test("the daemon says what it believes, and nothing is changed by it", async () => {
  const { folder, daemon } = await controlWorld();
  expect(await askStatus(folder)).toEqual(statusSample());
  expect(daemon.asked).toEqual([]);
});

test("where no daemon answers, that is no error", async () => {
  expect(await askStatus(temporaryFolder())).toBeNull();
});
