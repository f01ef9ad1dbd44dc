import { errorFields } from "../../shared/errors/message-of.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { Pool } from "../../shared/fleet/pool.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { isBusy, type Slot } from "../../shared/controller/slot.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { sleep } from "../clock/sleep.ts";
import type { SlotProvider } from "./slot-provider.ts";
import { STOP_GRACE_MS } from "./stop-grace.ts";

const LOOK_EVERY_MS = 30_000;

export interface TimeLimitOptions {
  readonly pools: () => readonly Pool[];
  readonly ledger: Ledger;
  readonly provider: SlotProvider;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Stops containers whose job runs longer than its pool allows, until `signal` is aborted: the one case in which a busy
 * slot is stopped, because the operator said so. The time counts from when this process first saw the slot busy: the
 * difference of two clocks, GitHub's and this machine's, stops nothing. GitHub shows such a job as cancelled. Never
 * rejects.
 */
export async function enforceTimeLimits(options: TimeLimitOptions, signal: AbortSignal): Promise<void> {
  const { pools, ledger, clock } = options;
  let busySinceMs: ReadonlyMap<string, number> = new Map();
  while (await sleep(clock, LOOK_EVERY_MS, signal)) {
    const nowMs = clock.monotonicMs();
    const busy = [...ledger.slots].filter(isBusy);
    busySinceMs = new Map(busy.map(({ name }) => [name, busySinceMs.get(name) ?? nowMs]));
    const limits = new Map(pools().map(({ key, container }) => [key, container.jobTimeLimitMs]));
    const isLate = ({ name, pool }: Slot): boolean =>
      nowMs - (busySinceMs.get(name) ?? nowMs) > (limits.get(pool) ?? Number.POSITIVE_INFINITY);
    await Promise.all(busy.filter(isLate).map((slot) => stopLate(slot, options, signal)));
  }
}

async function stopLate(slot: Slot, { provider, log }: TimeLimitOptions, signal: AbortSignal): Promise<void> {
  const remedy = "Raise jobTimeLimitMinutes of the pool if such jobs are meant to run on.";
  log.warn("job ran longer than its pool allows; its container is stopped", { ...named(slot), remedy });
  try {
    await provider.stop(slot.name, STOP_GRACE_MS, signal);
  } catch (error) {
    if (!signal.aborted)
      log.warn("container not stopped; it is tried again", { ...named(slot), ...errorFields(error) });
  }
}

function named({ name, pool, jobId }: Slot): { slot: string; pool: string; jobId: number | null } {
  return { slot: name, pool, jobId };
}
