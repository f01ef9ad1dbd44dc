import { expect, test, vi } from "vitest";

import { silentLogger } from "../../shared/log/logger.ts";
import { MailboxUnavailable, type AcceptOutcome } from "../../shared/receiver/mailbox-port.ts";
import { isRetryable, MailboxClient, type MailboxStub } from "../../worker/mailbox-client.ts";
import { queuedSignal } from "../unit/samples/signal.ts";

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

/** Stubs that fail with what is given, in turn, and then store. */
function clientOf(...failures: readonly unknown[]) {
  let made = 0;
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
  return { client: new MailboxClient(stub, silentLogger), stubs: () => made };
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
  const { client, stubs } = clientOf(...Array<unknown>(9).fill(transient));
  const startedAtMs = Date.now();
  await expect(client.accept(queuedSignal(1))).rejects.toMatchObject({ retryAfterSeconds: 10 });
  expect(stubs()).toBe(4);
  expect(Date.now() - startedAtMs).toBeLessThan(3000);
});

test("an overloaded object is left alone for a minute", async () => {
  const { client } = clientOf(flagged("overloaded", { overloaded: true }));
  await expect(client.accept(queuedSignal(1))).rejects.toMatchObject({ retryAfterSeconds: 60 });
});

test("E7 storage that stalls is answered 5xx before GitHub's ten seconds are over", async () => {
  const stalled: MailboxStub = { accept: () => new Promise(() => {}), note: () => new Promise(() => {}) };
  const startedAtMs = Date.now();
  const answer = new MailboxClient(() => stalled, silentLogger).accept(queuedSignal(1));
  await expect(answer).rejects.toThrow(/no answer within 8000 ms/);
  expect(Date.now() - startedAtMs).toBeLessThan(9500);
  vi.restoreAllMocks();
});
