import type { Clock } from "../../shared/clock/clock.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { sleep } from "../clock/sleep.ts";
import { runnerGroupOf } from "../github/model/scope.ts";
import type { GitHub } from "../github/model/types.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";

const HOUSEKEEPING_MS = 60 * 60_000;

export interface PreparationOptions {
  readonly fleet: Fleet;
  readonly provider: SlotProvider;
  readonly github: GitHub;
  readonly log: Logger;
}

/** Gets what the first job would otherwise wait for: images, and the ids of the runner groups. Never rejects. */
export async function prepareForJobs(options: PreparationOptions, signal: AbortSignal): Promise<void> {
  const { provider, github, fleet, log } = options;
  const attempt = async (otherwise: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) log.warn(otherwise, errorFields(error));
    }
  };
  await Promise.all([
    attempt("images not ready; they are pulled when needed", () => provider.prepare(fleet.pools, signal)),
    ...fleet.pools.map((pool) =>
      attempt("runner group not found; asked again when needed", () => runnerGroupOf(github, pool, signal)),
    ),
  ]);
}

export interface HousekeepingOptions {
  /** Lets the ledger forget what nobody speaks of any more. */
  readonly forget: (nowMs: number) => void;
  /** Each takes away what is too old; throws what its disk throws. */
  readonly prune: readonly ((nowMs: number) => void)[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Once an hour, until `signal` is aborted: nothing that the agent keeps grows with history. Never rejects. */
export async function keepHouse(
  { forget, prune, clock, log }: HousekeepingOptions,
  signal: AbortSignal,
): Promise<void> {
  while (await sleep(clock, HOUSEKEEPING_MS, signal)) {
    forget(clock.now());
    try {
      for (const each of prune) each(clock.now());
    } catch (error) {
      const remedy = "free the disk of HOOKLINE_DATA";
      log.error("journal not pruned; it is tried again", { ...errorFields(error), remedy });
    }
  }
}
