import fc from "fast-check";
import { test } from "vitest";

import { expectAllRead, play, roughStep } from "../agent/link/link-model.ts";

const RUNS = 5000;

test("five thousand lives of a link, with poison, refused rows, full disks, letters and mailboxes put back, lose and double nothing, and leave no letter to an agent that reads everything", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(roughStep, { maxLength: 60 }), async (steps) =>
      expectAllRead(await play(steps, "upgrade")),
    ),
    { numRuns: RUNS },
  );
});
