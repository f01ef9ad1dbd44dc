import { expect, test } from "vitest";

import { runCheck, type Check } from "../../../agent/doctor/check/check.ts";
import { SlotError } from "../../../agent/slots/slot-provider.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

const check = (run: Check["run"]): Check => ({ id: "edge-reachable", group: "edge", run });

test("a check tells what it found and how long it took, and leaves no timer", async () => {
  const clock = new VirtualClock();
  const slow = check(async () => {
    await new Promise<void>((resolve) => void clock.after(250, resolve));
    return { status: "warn", summary: "slow", detail: "very", remedy: "wait" };
  });
  const result = await clock.runUntil(runCheck(slow, clock));
  expect(result).toEqual({
    id: "edge-reachable",
    group: "edge",
    status: "warn",
    summary: "slow",
    detail: "very",
    remedy: "wait",
    ms: 250,
  });
  expect(clock.pending).toBe(0);
});

test("a check that does not answer within ten seconds has failed, and its work is called off", async () => {
  const clock = new VirtualClock();
  let given: AbortSignal | null = null;
  const hanging = check((signal) => {
    given = signal;
    return new Promise(() => {});
  });
  const result = await clock.runUntil(runCheck(hanging, clock));
  expect(result).toMatchObject({
    status: "fail",
    summary: "no answer within 10 s",
    remedy: expect.stringContaining("cloudflarestatus") as string,
    ms: 10_000,
  });
  expect((given as AbortSignal | null)?.aborted).toBe(true);
  expect(clock.pending).toBe(0);
});

test("an error of the chain is a failed check with the remedy of the error", async () => {
  const error = new SlotError("permission", "the socket is not for us", "add the user to the group docker");
  expect(
    await runCheck(
      check(() => Promise.reject(error)),
      new VirtualClock(),
    ),
  ).toEqual({
    id: "edge-reachable",
    group: "edge",
    status: "fail",
    summary: "the socket is not for us",
    remedy: "add the user to the group docker",
    ms: 0,
  });
});

test.each([
  ["an error without a remedy", new Error("odd"), "odd"],
  ["a string", "odd", "odd"],
  ["nothing at all", undefined, "undefined"],
  ["null", null, "null"],
])("the doctor survives %s", async (_case, thrown, summary) => {
  const result = await runCheck(
    check(() => Promise.reject(thrown)),
    new VirtualClock(),
  );
  expect(result).toEqual({ id: "edge-reachable", group: "edge", status: "fail", summary, ms: 0 });
});
