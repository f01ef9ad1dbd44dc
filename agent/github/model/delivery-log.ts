import type { Listing, RunnerScope } from "./types.ts";

/** Whom a hook belongs to: an organization, a repository, or the App itself. */
export type HookHome = RunnerScope | { readonly kind: "app" };

/** Whose token a call takes: that of a hook's home, or of a person or an organization as such. */
export type TokenHome = HookHome | { readonly kind: "account"; readonly account: string };

export interface GitHubHook {
  readonly home: HookHome;
  /** Null for an App's one hook, which has none. */
  readonly id: number | null;
  /** Where it delivers to; null where GitHub does not say. */
  readonly url: string | null;
  readonly active: boolean;
  readonly events: readonly string[];
  /** `json` or `form`; null where GitHub does not say. */
  readonly contentType: string | null;
  /** Whether GitHub checks the receiver's certificate. */
  readonly verifiesTls: boolean;
}

/** One attempt at a delivery. Attempts at the same delivery share their GUID. */
export interface DeliveryAttempt {
  readonly id: string;
  readonly guid: string;
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly deliveredAtMs: number;
  /** Whether the receiver answered 2xx or 3xx, as GitHub counts it. */
  readonly ok: boolean;
  /** What the receiver answered; 0 when no answer came. */
  readonly statusCode: number;
  /** Whether GitHub held it back for a while. */
  readonly throttled: boolean;
}

/** Which part of a log to read. */
export interface LogReading {
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Where an earlier reading stopped; null for the newest. */
  readonly from: string | null;
  readonly mostPages: number;
}

export interface Attempts extends Listing<DeliveryAttempt> {
  /** Where the log goes on, if the reading stopped before its end. */
  readonly next?: string;
}

/** GitHub's own log of what its hooks delivered. All calls throw GitHubError, or the signal's reason once aborted. */
export interface DeliveryLog {
  /** Whether the credential is an App's, which may have a hook of its own. */
  readonly isApp: boolean;
  listHooks(scope: RunnerScope, signal: AbortSignal): Promise<Listing<GitHubHook>>;
  /** The attempts since then, the newest first, or a part of them. */
  listAttempts(hook: GitHubHook, reading: LogReading, signal: AbortSignal): Promise<Attempts>;
  /** The body that was sent. */
  readPayload(hook: GitHubHook, attemptId: string, signal: AbortSignal): Promise<unknown>;
  /** Asks GitHub to send it again, under the same GUID. Never repeated by the client. */
  redeliver(hook: GitHubHook, attemptId: string, signal: AbortSignal): Promise<void>;
}

/** How messages and the journal name a hook. */
export function hookName({ home, id }: GitHubHook): string {
  if (home.kind === "app") return "the App's hook";
  return `hook ${id} of ${home.kind === "organization" ? home.organization : `${home.owner}/${home.repository}`}`;
}
