import { onTestFinished } from "vitest";

import type { Daemon } from "../../../agent/control/answer-request.ts";
import { startControl } from "../../../agent/control/control-server.ts";
import type { ReloadOutcome } from "../../../agent/control/reload-outcome.ts";
import type { SweepRecord } from "../../../agent/journal/sweep-records.ts";
import { UnknownPool, type DrainProgress } from "../../../shared/controller/drain-progress.ts";
import type { OperatorPause } from "../../../shared/controller/operator-pause.ts";
import type { Holds } from "../../../shared/controller/holds.ts";
import type { LogReplay } from "../../../agent/sweeps/log-replay.ts";
import { UnknownSlot, type SlotProgress } from "../../../shared/controller/slot-progress.ts";
import { Watchers } from "../../../agent/daemon/watchers.ts";
import type { OpenJob } from "../../../shared/status/describe-jobs.ts";
import type { Status } from "../../../shared/status/status.ts";
import { statusSample } from "../../samples/status.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

/** The one slot of it that can be retired. */
export const SLOT = "hookline-nas--home-aaaaaaaaaa";

/** A daemon with one pool whose slots a test moves by hand, for whoever talks to it over its socket. */
export class HandDrivenDaemon implements Daemon {
  readonly asked: string[] = [];
  swept: SweepRecord | null = null;
  document = statusSample();
  held: Holds = { drained: [], pauses: [], operatorPause: null };
  /** What a stop by force comes to. */
  forced: () => Promise<void> = () => Promise.resolve();
  readonly #watchers = new Watchers();
  #slot: SlotProgress | null = { phase: "busy", jobId: 12 };
  #changes = 0;
  #progress: DrainProgress = { draining: false, slots: 2, busy: 1, open: 1 };

  status(): Status {
    const { sweeps } = this.document;
    return { ...this.document, sweeps: { ...sweeps, last: this.swept } };
  }

  job(): OpenJob & { readonly atMs: number } {
    return { atMs: 0, waiting: null, running: null };
  }

  changed(signal: AbortSignal): Promise<void> {
    const before = this.#changes;
    return this.waitFor(() => this.#changes > before, signal);
  }

  reload(): ReloadOutcome {
    return { kind: "same", pools: ["home"] };
  }

  replayLog(sinceMs: number): Promise<LogReplay | null> {
    this.asked.push(`replay ${sinceMs}`);
    return Promise.resolve({ logs: 1, recovered: 2, open: 3 });
  }

  drain(pool: string, on: boolean): void {
    if (pool !== "home") throw new UnknownPool(pool, ["home"]);
    this.asked.push(`${pool} ${on ? "on" : "off"}`);
    this.becomes({ draining: on });
  }

  drainProgress(): DrainProgress {
    return this.#progress;
  }

  retire(slot: string): void {
    if (slot !== SLOT) throw new UnknownSlot(slot, [SLOT]);
    this.asked.push(`retire ${slot}`);
  }

  force(slot: string): Promise<void> {
    this.asked.push(`force ${slot}`);
    return this.forced();
  }

  pause(forMs: number | null): OperatorPause {
    const pause = { sinceMs: 0, untilMs: forMs };
    this.held = { ...this.held, operatorPause: pause };
    return pause;
  }

  resume(): boolean {
    const was = this.held.operatorPause !== null;
    this.held = { ...this.held, operatorPause: null };
    return was;
  }

  holds(): Holds {
    return this.held;
  }

  slotProgress(): SlotProgress | null {
    return this.#slot;
  }

  slotBecomes(progress: SlotProgress | null): void {
    this.#slot = progress;
    this.#watchers.look();
  }

  becomes(change: Partial<DrainProgress>): void {
    this.#changes += 1;
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
