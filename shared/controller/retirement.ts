import type { Ledger } from "./ledger.ts";
import type { ServingPool } from "./pool-choice.ts";
import type { RetireReason, VerifyReason } from "./reasons.ts";
import { canTakeJob, unseenSinceMs, type Slot } from "./slot.ts";

/** A started runner that GitHub does not see online for this long is given up, where its pool says nothing else. */
export const ONLINE_DEADLINE_MS = 5 * 60_000;

/** After its job a runner cleans up and exits; one that has not by then is stopped. */
export const SPENT_DEADLINE_MS = 5 * 60_000;

/** Why an idle slot goes at once. */
type Unwanted = "drained" | "pool-removed" | "outdated" | "asked" | "passed-over";

/** What is to be done about a slot that may have to go. */
export type RetirementVerdict =
  | { readonly kind: "retire"; readonly reason: RetireReason }
  /** GitHub has to be asked first. */
  | { readonly kind: "verify"; readonly reason: VerifyReason }
  /** Not before then. */
  | { readonly kind: "wait"; readonly untilMs: number };

/** A slot that nobody needs: it goes after the cooldown, once an inventory since then has listed it as idle. */
export function judgeSurplus(
  slot: Slot,
  cooldownMs: number,
  reason: "surplus" | Unwanted,
  nowMs: number,
): RetirementVerdict | null {
  if (slot.state !== "started" && slot.state !== "online") return null;
  const sinceMs = slot.surplusSinceMs ?? nowMs;
  if (nowMs - sinceMs < cooldownMs) return { kind: "wait", untilMs: sinceMs + cooldownMs };
  if (slot.state !== "online" || (slot.idleSeenAtMs ?? -1) < sinceMs) {
    return { kind: "verify", reason: { code: "idle-unconfirmed", slot: slot.name } };
  }
  if (reason === "surplus") return { kind: "retire", reason: { code: reason, idleMs: nowMs - sinceMs } };
  return { kind: "retire", reason: { code: reason } };
}

/** A slot that is of no use: never or no longer online, unknown to GitHub, or still there long after its job. */
export function judgeUseless(
  slot: Slot,
  nowMs: number,
  onlineDeadlineMs = ONLINE_DEADLINE_MS,
): RetirementVerdict | null {
  if (slot.retiring || slot.startedAtMs === null) return null;
  switch (slot.state) {
    case "started":
      return judgeOffline(slot, slot.startedAtMs, nowMs, onlineDeadlineMs);
    case "lost": {
      const forMs = nowMs - (slot.absentSinceMs ?? nowMs);
      if ((slot.offlineSeenAtMs ?? 0) <= slot.keptAtMs) return unconfirmed(slot);
      return { kind: "retire", reason: { code: "lost", forMs } };
    }
    case "spent":
      return judgeSpent(slot, nowMs);
    default:
      return null;
  }
}

/** The deadline runs from when it was last seen online, or else from its start; GitHub's word must be later still. */
function judgeOffline(
  slot: Slot,
  startedAtMs: number,
  nowMs: number,
  onlineDeadlineMs: number,
): RetirementVerdict | null {
  const sinceMs = unseenSinceMs(slot);
  const deadlineMs = sinceMs + onlineDeadlineMs;
  // No wake for the deadline: only an inventory can confirm it, and each one brings a plan.
  if (nowMs < deadlineMs) return null;
  if ((slot.offlineSeenAtMs ?? 0) < Math.max(deadlineMs, slot.keptAtMs + 1)) return unconfirmed(slot);
  const forMs = nowMs - sinceMs;
  if (sinceMs === startedAtMs) return { kind: "retire", reason: { code: "never-online", startedMsAgo: forMs } };
  return { kind: "retire", reason: { code: "offline", forMs } };
}

function judgeSpent(slot: Slot, nowMs: number): RetirementVerdict | null {
  const sinceMs = slot.because.atMs;
  const deadlineMs = sinceMs + SPENT_DEADLINE_MS;
  if (nowMs < deadlineMs) return { kind: "wait", untilMs: deadlineMs };
  const notBusySeenAtMs = Math.max(slot.idleSeenAtMs ?? 0, slot.offlineSeenAtMs ?? 0);
  const busySeenAtMs = Math.max(slot.busySeenAtMs ?? 0, slot.keptAtMs);
  if (notBusySeenAtMs < sinceMs || notBusySeenAtMs <= busySeenAtMs) return unconfirmed(slot);
  return { kind: "retire", reason: { code: "job-done", jobId: slot.jobId ?? 0, forMs: nowMs - sinceMs } };
}

function unconfirmed(slot: Slot): RetirementVerdict {
  return { kind: "verify", reason: { code: "end-unconfirmed", slot: slot.name } };
}

/**
 * Slots that can take a job and shall not: their pool is drained or no longer in the file, or has other settings now, the
 * operator wants them gone, or GitHub passed them over and `isDone` says that they have been waited for long enough.
 */
export function unwanted(
  ledger: Ledger,
  pools: readonly ServingPool[],
  isDone: (doubted: Slot) => boolean,
): ReadonlyMap<Slot, Unwanted> {
  const known = new Set(pools.map(({ pool }) => pool.key));
  const found = new Map<Slot, Unwanted>();
  for (const slot of ledger.slots) {
    if (!canTakeJob(slot)) continue;
    if (!known.has(slot.pool)) found.set(slot, "pool-removed");
    else if (ledger.isDraining(slot.pool)) found.set(slot, "drained");
    else if (slot.outdated) found.set(slot, "outdated");
    else if (slot.retireAsked) found.set(slot, "asked");
    else if (slot.doubtedAtMs !== null && isDone(slot)) found.set(slot, "passed-over");
  }
  return found;
}
