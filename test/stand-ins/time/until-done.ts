import { setImmediate } from "node:timers/promises";

import type { VirtualClock } from "./virtual-clock.ts";

/** Lets time go by until `work` is done, from timer to timer, for work that waits for sockets in between. */
export async function untilDone<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  const state = { done: false };
  const settled = work.finally(() => (state.done = true));
  settled.catch(() => undefined);
  while (!state.done) {
    await setImmediate();
    const nextAtMs = clock.nextAtMs;
    if (nextAtMs !== null) await clock.advance(nextAtMs - clock.now());
  }
  return settled;
}
