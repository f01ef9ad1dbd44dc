import { createServer } from "node:net";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { askHolds } from "../../../agent/control/ask-holds.ts";
import { askJob, askStatus } from "../../../agent/control/ask-status.ts";
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

test("H3: a daemon that is there and says nothing is named, with its socket and what to do", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "control.sock");
  const hung = createServer(() => {});
  await new Promise<void>((resolve) => void hung.listen(path, resolve));
  onTestFinished(() => void hung.close());
  for (const ask of [() => askStatus(folder, 1), () => askJob(folder, 12, 1), () => askHolds(folder, 1)]) {
    await expect(ask()).rejects.toMatchObject({
      code: "daemon-silent",
      message: expect.stringContaining(path) as string,
      remedy: expect.stringContaining("restart it") as string,
    });
  }
});
