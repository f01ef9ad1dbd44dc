import { reset, runInDurableObject } from "cloudflare:test";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";

import { captureConsole, type CapturedConsole } from "./captured-console.ts";
import { mailboxStub } from "./test-agent.ts";

/** Gives each test of a file an empty mailbox, time that stands still, and its own log, which is returned by the function. */
export function useFreshEdge(): () => CapturedConsole {
  let log: CapturedConsole | undefined;
  // One clock for the whole file: the Worker is made once and keeps the one that it first saw.
  beforeAll(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: Date.now() }));
  afterAll(() => void vi.useRealTimers());
  beforeEach(() => {
    log = captureConsole();
  });
  afterEach(async () => {
    vi.clearAllTimers();
    // An object that sleeps keeps its data through a reset.
    await runInDurableObject(mailboxStub(), () => {});
    await reset();
    vi.restoreAllMocks();
  });
  return () => {
    if (log === undefined) throw new Error("The log is there once a test runs");
    return log;
  };
}

/** Lets time go by, milliseconds; the object's own timers fire in it, as they may touch its storage. */
export async function pass(ms: number): Promise<void> {
  await runInDurableObject(mailboxStub(), () => void vi.advanceTimersByTime(ms));
}
