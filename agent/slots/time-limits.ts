import { errorFields } from "../../shared/errors/message-of.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { Pool } from "../../shared/fleet/pool.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { isBusy, type Slot } from "../../shared/controller/slot.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { sleep } from "../clock/sleep.ts";
import type { SlotProvider } from "./slot-provider.ts";

const LOOK_EVERY_MS = 30_000;
/** A runner cancels its job and unloads within 30 seconds of a stop; the kill comes after that. */
const STOP_GRACE_MS = 40_000;

export interface TimeLimitOptions {
  readonly pools: readonly Pool[];
  readonly ledger: Ledger;
  readonly provider: SlotProvider;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Stops containers whose job runs longer than its pool allows, until `signal` is aborted: the one case in which a busy
 * slot is stopped, because the operator said so. GitHub shows such a job as cancelled. Never rejects.
 */
export async function enforceTimeLimits(options: TimeLimitOptions, signal: AbortSignal): Promise<void> {
  const limits = new Map(options.pools.map(({ key, container }) => [key, container.jobTimeLimitMs]));
  if ([...limits.values()].every((limit) => limit === null)) return;
  while (await sleep(options.clock, LOOK_EVERY_MS, signal)) {
    const late = [...options.ledger.slots].filter((slot) => isLate(slot, limits.get(slot.pool) ?? null, options));
    await Promise.all(late.map((slot) => stopLate(slot, options, signal)));
  }
}

/** By GitHub's own word of the job's start, or since when the slot is known to be busy. */
function isLate(slot: Slot, limitMs: number | null, { ledger, clock }: TimeLimitOptions): boolean {
  if (limitMs === null || !isBusy(slot)) return false;
  const job = slot.jobId === null ? undefined : ledger.job(slot.jobId);
  return clock.now() - (job?.facts.startedAtMs ?? slot.because.atMs) > limitMs;
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
