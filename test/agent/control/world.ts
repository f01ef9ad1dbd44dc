import { onTestFinished } from "vitest";

import type { Daemon } from "../../../agent/control/answer-request.ts";
import { startControl } from "../../../agent/control/control-server.ts";
import type { ReloadOutcome } from "../../../agent/control/reload-outcome.ts";
import type { SweepRecord } from "../../../agent/journal/sweep-records.ts";
import { UnknownPool, type DrainProgress } from "../../../shared/controller/drain-progress.ts";
import { Watchers } from "../../../agent/daemon/watchers.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

/** A daemon with one pool whose slots a test moves by hand, for whoever talks to it over its socket. */
export class HandDrivenDaemon implements Daemon {
  readonly asked: string[] = [];
  swept: SweepRecord | null = null;
  readonly #watchers = new Watchers();
  #progress: DrainProgress = { draining: false, slots: 2, busy: 1, open: 1 };

  lastSweep(): SweepRecord | null {
    return this.swept;
  }

  reload(): ReloadOutcome {
    return { kind: "same", pools: ["home"] };
  }

  drain(pool: string, on: boolean): void {
    if (pool !== "home") throw new UnknownPool(pool, ["home"]);
    this.asked.push(`${pool} ${on ? "on" : "off"}`);
    this.becomes({ draining: on });
  }

  drainProgress(): DrainProgress {
    return this.#progress;
  }

  becomes(change: Partial<DrainProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#watchers.look();
  }

  waitFor(holds: () => boolean, signal: AbortSignal): Promise<void> {
    return this.#watchers.waitFor(holds, signal);
  }
}

/** A hand-driven daemon that listens in a folder of its own. */
export async function controlWorld(folder = temporaryFolder()) {
  const daemon = new HandDrivenDaemon();
  const log = capturedLog();
  const control = await startControl({ dataFolder: folder, daemon, log: log.log });
  onTestFinished(() => control?.close());
  return { folder, daemon, control, log };
}
