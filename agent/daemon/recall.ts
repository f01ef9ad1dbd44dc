import type { ControllerEvent } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { shiftPause } from "../../shared/controller/operator-pause.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { factsOfSignal } from "../../shared/workflow-job/job-facts.ts";
import type { DrainRecords } from "../journal/drain-records.ts";
import type { Journal } from "../journal/journal.ts";
import type { PauseRecord } from "../journal/pause-record.ts";
import type { SlotRecords } from "../journal/slot-records.ts";

type Feed = (event: ControllerEvent) => void;

/** Rebuilds the ledger from the journal. What has become old news since is confirmed by a sweep first. */
export function recallJobs(journal: Journal, nowMs: number, feed: Feed): void {
  for (const { signal, agentAtMs } of journal.recall()) {
    const facts = factsOfSignal(signal);
    if (facts === null) continue;
    feed({
      type: "job",
      source: "signal",
      facts,
      atMs: nowMs,
      seenAtMs: Math.min(agentAtMs, nowMs),
      guid: signal.guid,
    });
  }
}

/** What the operator holds back goes on from one process to the next. */
export function recallHolds(drains: DrainRecords, pause: PauseRecord, nowMs: number, feed: Feed): void {
  for (const pool of drains.pools()) feed({ type: "drain", pool, on: true });
  const kept = pause.get();
  // A clock that was put back while nobody ran must not make it longer than it was meant to be.
  const aheadMs = kept === null ? 0 : Math.max(0, kept.sinceMs - nowMs);
  feed({ type: "operator-pause", pause: kept === null ? null : shiftPause(kept, -aheadMs) });
}

/** An idle slot's cooldown goes on from one process to the next, so that runs of `scale --once` retire it in time. */
export function recallCooldowns(records: SlotRecords, nowMs: number, feed: Feed): void {
  for (const { name, surplusSinceMs } of records.unfinished())
    if (surplusSinceMs !== null) feed({ type: "cooldown-recalled", name, sinceMs: Math.min(surplusSinceMs, nowMs) });
}

/** Puts the cooldowns on disk, for the next process. Never throws. */
export function keepCooldowns(records: SlotRecords, ledger: Ledger, log: Logger): void {
  try {
    for (const { name, surplusSinceMs } of ledger.slots) records.update(name, { surplusSinceMs });
  } catch (error) {
    log.warn("cooldowns not kept; they start anew", errorFields(error));
  }
}
