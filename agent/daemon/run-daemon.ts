import type { Logger } from "../../shared/log/logger.ts";
import { startControl } from "../control/control-server.ts";
import { systemClock } from "../clock/system-clock.ts";
import type { BuiltAgent } from "./build-agent.ts";
import { daemonOf } from "./daemon-of.ts";
import { heartbeatFile, keepBeating } from "./heartbeat.ts";
import type { HttpAndNotices } from "./http-and-notices.ts";
import { reloadAll } from "./reload-all.ts";

export interface DaemonOptions extends HttpAndNotices {
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
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { built, dataFolder, log, stop, beforeStop, openWeb, tell } = options;
  const { agent, journalSql, fleetFile, close } = built;
  const reload = (): void => void reloadAll(built);
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  let control: Awaited<ReturnType<typeof startControl>> = null;
  let web: Promise<{ close(): Promise<void> } | null> = Promise.resolve(null);
  let started: Promise<void> = Promise.resolve();
  const beats = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  let telling: Promise<void> = Promise.resolve();
  try {
    const daemon = daemonOf(built);
    control = await startControl({ dataFolder, daemon, log });
    started = agent.start();
    // From here on another fleet can be taken: nothing is planned before what exists has been adopted.
    process.on("SIGHUP", reload);
    fleetFile?.watch(stop);
    if (openWeb !== null) web = openWeb(daemon, journalSql);
    if (tell !== null) telling = tell(daemon, journalSql, beats.signal);
    const file = heartbeatFile(dataFolder);
    beating = keepBeating({ file, clock: systemClock, log, state: () => agent.state() }, beats.signal);
    // A start that fails ends the wait; one that is still going on when the stop comes ends with it.
    await Promise.race([stopped, started.then(() => stopped)]);
  } finally {
    process.off("SIGHUP", reload);
    await beforeStop?.();
    await (await web)?.close();
    await control?.close();
    await agent.stop();
    beats.abort();
    await Promise.allSettled([started, beating, telling]);
    close();
  }
}
