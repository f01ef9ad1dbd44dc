import type { Logger } from "../../shared/log/logger.ts";
import { startControl } from "../control/control-server.ts";
import type { ReloadOutcome } from "../control/reload-outcome.ts";
import { sleep } from "../clock/sleep.ts";
import { systemClock } from "../clock/system-clock.ts";
import type { Agent } from "./agent.ts";
import type { BuiltAgent } from "./build-agent.ts";
import { reloadAll } from "./reload-all.ts";
import { heartbeatFile, keepBeating } from "./heartbeat.ts";

export interface DaemonOptions {
  readonly built: BuiltAgent;
  readonly dataFolder: string;
  readonly log: Logger;
  /** Ends the daemon. */
  readonly stop: AbortSignal;
  /** Ends what feeds the agent, before the agent itself. */
  readonly beforeStop?: () => Promise<void>;
}

/**
 * Runs a daemon with its ear for commands until `stop` is aborted, then ends it in order. Runners go on.
 * @throws {ControlError} if another daemon runs on the same folder.
 * @throws {Error} if the start fails.
 */
export async function runDaemon({ built, dataFolder, log, stop, beforeStop }: DaemonOptions): Promise<void> {
  const { agent, fleetFile, close } = built;
  const reload = (): ReloadOutcome => reloadAll(built);
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  let control: Awaited<ReturnType<typeof startControl>> = null;
  let started: Promise<void> = Promise.resolve();
  const beats = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  try {
    const daemon = {
      drain: (pool: string, on: boolean) => agent.operator.drain(pool, on),
      retire: (slot: string) => agent.operator.retire(slot),
      force: (slot: string) => agent.operator.force(slot),
      holds: () => agent.operator.holds(),
      slotProgress: (slot: string) => agent.operator.slotProgress(slot),
      drainProgress: (pool: string) => agent.operator.drainProgress(pool),
      waitFor: (holds: () => boolean, signal: AbortSignal) => agent.waitFor(holds, signal),
      status: () => agent.status.document(fleetFile?.state() ?? null),
      job: (jobId: number) => agent.status.job(jobId),
      changed: (signal: AbortSignal) => nextChange(agent, signal),
      reload,
    };
    control = await startControl({ dataFolder, daemon, log });
    process.on("SIGHUP", reload);
    fleetFile?.watch(stop);
    started = agent.start();
    const file = heartbeatFile(dataFolder);
    beating = keepBeating({ file, clock: systemClock, log, state: () => agent.state() }, beats.signal);
    // A start that fails ends the wait; one that is still going on when the stop comes ends with it.
    await Promise.race([stopped, started.then(() => stopped)]);
  } finally {
    process.off("SIGHUP", reload);
    await beforeStop?.();
    await control?.close();
    await agent.stop();
    beats.abort();
    await Promise.allSettled([started, beating]);
    close();
  }
}

/** Of several changes within a second the last is told; and once in ten seconds, so that spans go on. */
const LEAST_MS = 1000;
const MOST_MS = 10_000;

async function nextChange(agent: Agent, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let looks = 0;
  // The first look is at what has been told already.
  const changed = agent.waitFor(() => (looks += 1) > 1, either).catch(() => {});
  await Promise.all([
    sleep(systemClock, LEAST_MS, signal),
    Promise.race([changed, sleep(systemClock, MOST_MS, either)]),
  ]);
  over.abort();
  signal.throwIfAborted();
}
