import fc from "fast-check";
import { test } from "vitest";

import { expectNothingLost, play, roughStep } from "../agent/link/link-model.ts";

const RUNS = 5000;

test("five thousand lives of a link, with poison, refused rows, full disks and mailboxes put back, lose and double nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(roughStep, { maxLength: 60 }), async (steps) => expectNothingLost(await play(steps))),
    { numRuns: RUNS },
  );
});
