import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, vi } from "vitest";

import { captureConsole, type CapturedConsole } from "./captured-console.ts";
import { mailboxStub } from "./test-agent.ts";

/** Gives each test of a file an empty mailbox, real time and its own log, which is returned by the function. */
export function useFreshEdge(): () => CapturedConsole {
  let log: CapturedConsole | undefined;
  beforeEach(() => {
    log = captureConsole();
  });
  afterEach(async () => {
    vi.useRealTimers();
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
