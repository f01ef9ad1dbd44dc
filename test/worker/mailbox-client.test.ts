import { expect, test } from "vitest";

import { silentLogger } from "../../shared/log/logger.ts";
import { MailboxUnavailable, type AcceptOutcome } from "../../shared/receiver/mailbox-port.ts";
import { isRetryable, MailboxClient, type MailboxStub } from "../../worker/mailbox-client.ts";
import { queuedSignal } from "../samples/signal.ts";

const flagged = (message: string, flags: object): Error => Object.assign(new Error(message), flags);

const CLASSES: readonly (readonly [string, unknown, boolean])[] = [
  ["transient", flagged("internal error", { retryable: true }), true],
  ["transient and remote", flagged("internal error", { retryable: true, remote: true }), true],
  ["a deploy", new Error("Durable Object reset because its code was updated."), true],
  [
    "a deploy, flagged as remote",
    flagged("Durable Object reset because its code was updated.", { remote: true }),
    true,
  ],
  ["a superseded instance", new Error("Connection closed: this Durable Object instance is no longer active"), true],
  ["a reset", new Error("Durable Object connection closed because the object was reset."), true],
  ["overload", flagged("Durable Object is overloaded. Too many requests queued.", { overloaded: true }), false],
  ["overload that calls itself retryable", flagged("overloaded", { overloaded: true, retryable: true }), false],
  ["what the object itself threw", flagged("no such table: signals", { remote: true }), false],
  ["a plain error", new Error("disk full"), false],
  ["no error at all", "nothing useful", false],
  ["null", null, false],
  ["undefined", undefined, false],
];

const DEADLINE_MS = 8000;

/** Stubs that fail with what is given, in turn, and then store. Pauses take no time, and are as long as they can be. */
function clientOf(...failures: readonly unknown[]) {
  let made = 0;
  const pauses: number[] = [];
  const stub = (): MailboxStub => {
    const failure = made < failures.length ? { error: failures[made] } : null;
    made += 1;
    return {
      accept: async (): Promise<AcceptOutcome> => {
        if (failure !== null) throw failure.error;
        return { kind: "stored", seq: made };
      },
      note: async () => {
        if (failure !== null) throw failure.error;
      },
    };
  };
  const wait = (ms: number): Promise<void> =>
    ms === DEADLINE_MS ? new Promise(() => {}) : (pauses.push(ms), Promise.resolve());
  const client = new MailboxClient(stub, silentLogger, { wait, random: () => 0.999_999 });
  return { client, stubs: () => made, pauses };
}

test.each(CLASSES)("after %s another try is worth it or not", (_name, error, worthIt) => {
  expect(isRetryable(error)).toBe(worthIt);
});

test.each(CLASSES)(
  "after %s the signal is stored on a new stub, or GitHub gets its 503 at once",
  async (_n, error, again) => {
    const { client, stubs } = clientOf(error);
    const outcome = client.accept(queuedSignal(1));
    if (again) {
      expect(await outcome).toEqual({ kind: "stored", seq: 2 });
      expect(stubs()).toBe(2);
    } else {
      await expect(outcome).rejects.toBeInstanceOf(MailboxUnavailable);
      expect(stubs()).toBe(1);
    }
  },
);

test("four tries are enough: what stays transient becomes a 503 before GitHub gives up", async () => {
  const transient = flagged("internal error", { retryable: true });
  const { client, stubs, pauses } = clientOf(...Array<unknown>(9).fill(transient));
  await expect(client.accept(queuedSignal(1))).rejects.toMatchObject({ retryAfterSeconds: 10 });
  expect(stubs()).toBe(4);
  expect(pauses).toHaveLength(3);
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(3000);
});

test("an overloaded object is left alone for a minute", async () => {
  const { client } = clientOf(flagged("overloaded", { overloaded: true }));
  await expect(client.accept(queuedSignal(1))).rejects.toMatchObject({ retryAfterSeconds: 60 });
});

test("E7 storage that stalls is answered 5xx before GitHub's ten seconds are over", async () => {
  const stalled: MailboxStub = { accept: () => new Promise(() => {}), note: () => new Promise(() => {}) };
  const waited: number[] = [];
  const wait = (ms: number): Promise<void> => (waited.push(ms), Promise.resolve());
  const client = new MailboxClient(() => stalled, silentLogger, { wait, random: Math.random });
  await expect(client.accept(queuedSignal(1))).rejects.toThrow(/no answer within 8000 ms/);
  expect(waited).toEqual([DEADLINE_MS]);
  expect(waited[0]).toBeLessThan(9500);
});

test("E-11: what a slow body has used of GitHub's time is not given to the storage once more", async () => {
  const stalled: MailboxStub = { accept: () => new Promise(() => {}), note: () => new Promise(() => {}) };
  const client = new MailboxClient(() => stalled, silentLogger, { wait: () => new Promise(() => {}), random: () => 0 });
  const request = new AbortController();
  const outcome = client.accept(queuedSignal(1), "current", "key", request.signal);
  request.abort();
  await expect(outcome).rejects.toBeInstanceOf(MailboxUnavailable);
});
