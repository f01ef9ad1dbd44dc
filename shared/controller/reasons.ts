/** Why a pool may not serve a job. */
export type Refusal =
  | { readonly code: "other-owner"; readonly expected: string }
  | { readonly code: "other-repository" }
  | { readonly code: "visibility"; readonly expected: "private" | "public" }
  | { readonly code: "no-labels" }
  | { readonly code: "labels"; readonly missing: readonly string[] };

/** Why a slot is started. */
export type ProvisionReason =
  | { readonly code: "demand"; readonly jobId: number }
  | { readonly code: "warm-minimum"; readonly min: number };

/** Why a slot is taken away. */
export type RetireReason =
  | { readonly code: "surplus"; readonly idleMs: number }
  | { readonly code: "never-online"; readonly startedMsAgo: number }
  | { readonly code: "offline"; readonly forMs: number }
  | { readonly code: "lost"; readonly forMs: number }
  | { readonly code: "job-done"; readonly jobId: number; readonly forMs: number }
  | { readonly code: "drained" }
  | { readonly code: "outdated" }
  | { readonly code: "asked" }
  | { readonly code: "passed-over" }
  | { readonly code: "pool-removed" }
  | { readonly code: "scope-unreadable" };

/** Why GitHub is asked before something is done. */
export type VerifyReason =
  | { readonly code: "stale-queued"; readonly jobId: number }
  | { readonly code: "overdue"; readonly jobId: number }
  | { readonly code: "idle-unconfirmed"; readonly slot: string }
  | { readonly code: "end-unconfirmed"; readonly slot: string };

/** Why nothing is started for a job at this moment. Times are milliseconds since the epoch. */
export type WaitReason =
  | { readonly code: "unknown" }
  | { readonly code: "not-queued"; readonly phase: string }
  | { readonly code: "gone"; readonly sinceMs: number }
  | { readonly code: "unconfirmed" }
  | { readonly code: "overdue" }
  | { readonly code: "no-pool"; readonly refusals: readonly { readonly pool: string; readonly refusal: Refusal }[] }
  | { readonly code: "covered"; readonly pool: string }
  | { readonly code: "not-given"; readonly pool: string; readonly slot: string }
  | { readonly code: "threshold"; readonly pool: string; readonly untilMs: number }
  | { readonly code: "paused"; readonly pool: string; readonly why: string; readonly untilMs: number }
  | { readonly code: "draining"; readonly pool: string }
  | { readonly code: "machine-full"; readonly maxSlots: number }
  | { readonly code: "full"; readonly pools: readonly string[] };
