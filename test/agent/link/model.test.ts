import fc from "fast-check";
import { expect, test } from "vitest";

import { expectAllRead, expectNothingLost, play, roughStep, step } from "./link-model.ts";

test("promises 2 and 3, L2: whatever is cut, lost or restarted, each signal is journaled once, in order, before its ack", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { edge, agent } = await play(steps);
      const guids = edge.accepted.map(({ guid }) => guid);
      expect(agent.journal.signals().map(({ signal }) => signal.guid)).toEqual(guids);
      expect(edge.mailbox.acked()).toBe(edge.mailbox.head());
      expect(edge.mailbox.dead()).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test("what is journaled was fed, once, unless the process died in between", async () => {
  const noDeath = fc.array(
    step.filter((one) => one.do !== "reboot"),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(noDeath, async (steps) => {
      const { edge, agent } = await play(steps);
      expect(agent.fed.map(({ guid }) => guid)).toEqual(edge.accepted.map(({ guid }) => guid));
    }),
    { numRuns: 100 },
  );
});

test("promises 2 and 3, E-2, E-11: whatever was set aside on the way, a newer agent has it all in the end, once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(roughStep, { maxLength: 40 }), async (steps) =>
      expectAllRead(await play(steps, "upgrade")),
    ),
    { numRuns: 200 },
  );
});

test("promises 2 and 3, E-2, E-6: with poison, refused rows and mailboxes put back nothing is lost, doubled or stuck", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(roughStep, { maxLength: 40 }), async (steps) => expectNothingLost(await play(steps))),
    { numRuns: 300 },
  );
});
