export type { Refusal, WaitReason } from "./wait-reason-schema.ts";

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
