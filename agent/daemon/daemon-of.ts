import type { Daemon } from "../control/answer-request.ts";
import { sleep } from "../clock/sleep.ts";
import { systemClock } from "../clock/system-clock.ts";
import type { BuiltAgent } from "./build-agent.ts";
import { reloadAll } from "./reload-all.ts";
import type { Watchers } from "./watchers.ts";

/** A running agent as commands reach it. */
export function daemonOf(built: Pick<BuiltAgent, "agent" | "fleetFile" | "secrets">): Daemon {
  const { agent, fleetFile } = built;
  const { operator, status, watchers } = agent;
  return {
    drain: (pool, on) => operator.drain(pool, on),
    retire: (slot) => operator.retire(slot),
    force: (slot) => operator.force(slot),
    holds: () => operator.holds(),
    pause: (forMs) => operator.pause(forMs),
    resume: () => operator.resume(),
    replayLog: (sinceMs) => operator.replayLog(sinceMs),
    slotProgress: (slot) => operator.slotProgress(slot),
    drainProgress: (pool) => operator.drainProgress(pool),
    waitFor: (holds, signal) => watchers.waitFor(holds, signal),
    status: () => status.document(fleetFile?.state() ?? null),
    job: (jobId) => status.job(jobId),
    changed: (signal) => nextChange(watchers, signal),
    reload: () => reloadAll(built),
  };
}

/** Of several changes within a second the last is told; and once in ten seconds, so that spans go on. */
const LEAST_MS = 1000;
const MOST_MS = 10_000;

async function nextChange(watchers: Watchers, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let looks = 0;
  // The first look is at what has been told already.
  const changed = watchers.waitFor(() => (looks += 1) > 1, either).catch(() => {});
  await Promise.all([
    sleep(systemClock, LEAST_MS, signal),
    Promise.race([changed, sleep(systemClock, MOST_MS, either)]),
  ]);
  over.abort();
  signal.throwIfAborted();
}
