import { availableParallelism } from "node:os";

import { expect, test } from "vitest";

import { liveOnAllCores } from "./link-lives.ts";

const LIVES = 5000;
/** `HOOKLINE_SOAK_SEED` repeats a run. */
const SEED = Number(process.env["HOOKLINE_SOAK_SEED"] ?? Math.floor(Math.random() * 2 ** 30));

test("five thousand lives of a link, with poison, refused rows, full disks, letters and mailboxes put back, lose and double nothing, and leave no letter to an agent that reads everything", async () => {
  const startedAtMs = performance.now();
  const lived = await liveOnAllCores(SEED, LIVES);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const each = (seconds * 1000 * availableParallelism()) / LIVES;
  console.log(
    `${LIVES} lives of a link in ${seconds.toFixed(1)} s on ${lived.length} threads, ${each.toFixed(1)} ms each; HOOKLINE_SOAK_SEED=${SEED}`,
  );
  expect(lived.flatMap(({ failure }) => failure ?? [])).toEqual([]);
  expect(lived.reduce((sum, { lives }) => sum + lives, 0)).toBe(LIVES);
});
