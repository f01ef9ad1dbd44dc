/** An organization or a user account. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly kind: "organization" | "user";
}

export interface Repository {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  /** `owner/name`. */
  readonly fullName: string;
  readonly isPrivate: boolean;
  readonly archived: boolean;
  readonly fork: boolean;
  readonly createdAtMs: number;
  readonly pushedAtMs: number;
}

/** Which repositories an organization's runners serve. */
export interface RunnerGroup {
  readonly id: number;
  readonly name: string;
  readonly organization: Account;
  readonly isDefault: boolean;
  readonly visibility: "all" | "private" | "selected";
  /** `owner/name` of those that are selected. */
  readonly repositories: readonly string[];
  readonly allowsPublicRepositories: boolean;
}

/** Where a runner is registered: with an organization, or with one repository. */
export type Scope =
  | { readonly kind: "organization"; readonly account: Account }
  | { readonly kind: "repository"; readonly repository: Repository };

export type JobStatus = "queued" | "waiting" | "pending" | "in_progress" | "completed";
export type Conclusion = "success" | "failure" | "cancelled" | "skipped" | "neutral" | "timed_out" | "action_required";

export interface Job {
  readonly id: number;
  readonly runId: number;
  readonly runAttempt: number;
  readonly repository: Repository;
  readonly name: string;
  readonly labels: readonly string[];
  /** Name of the runner group that the job asks for, beside its labels. */
  readonly runnerGroup: string | null;
  readonly status: JobStatus;
  readonly conclusion: Conclusion | null;
  /** Whether it waits, or once waited, for an approval. */
  readonly gated: boolean;
  /** How long its work takes; null means until the test ends it. */
  readonly runsForMs: number | null;
  /** How it ends when nothing goes wrong. */
  readonly endsAs: Conclusion;
  readonly createdAtMs: number;
  /** When it was last put in the queue, runnable: the order in which runners are given out. */
  readonly queuedAtMs: number;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly runnerId: number | null;
  readonly runnerName: string | null;
  readonly runnerGroupId: number | null;
  readonly runnerGroupName: string | null;
}

export interface WorkflowRun {
  readonly id: number;
  readonly repository: Repository;
  readonly number: number;
  readonly attempt: number;
  readonly name: string;
  readonly headBranch: string;
  readonly headSha: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly startedAtMs: number;
}

export interface Runner {
  readonly id: number;
  readonly name: string;
  readonly scope: Scope;
  readonly groupId: number;
  readonly groupName: string;
  readonly labels: readonly string[];
  readonly workFolder: string;
  readonly os: "unknown" | "linux";
  readonly status: "online" | "offline";
  readonly busy: boolean;
  /** The job that it has, once one was given to it. */
  readonly jobId: number | null;
  readonly createdAtMs: number;
  readonly onlineAtMs: number | null;
}

export type HookScope =
  | { readonly kind: "organization"; readonly account: Account }
  | { readonly kind: "repository"; readonly repository: Repository }
  | { readonly kind: "app"; readonly appId: number };

export interface Hook {
  readonly id: number;
  readonly scope: HookScope;
  readonly url: string;
  readonly secret: string | null;
  readonly contentType: "json" | "form";
  readonly events: readonly string[];
  readonly active: boolean;
  /** Whether GitHub is told not to check the receiver's certificate. */
  readonly insecureSsl: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** One attempt to deliver an event to one hook, as the hook's delivery log keeps it. */
export interface Delivery {
  readonly id: number;
  /** The event's, shared by all hooks and all attempts. */
  readonly guid: string;
  readonly hookId: number;
  readonly event: string;
  readonly action: string | null;
  readonly jobId: number | null;
  readonly repositoryId: number | null;
  readonly installationId: number | null;
  readonly redelivery: boolean;
  /** A copy beyond the one that GitHub meant to send. */
  readonly duplicate: boolean;
  readonly deliveredAtMs: number;
  /** Null while the answer is awaited. */
  readonly durationMs: number | null;
  /** 0 when no answer came in time; null while it is awaited. */
  readonly statusCode: number | null;
  /** `OK`, or why not, as GitHub words it. */
  readonly status: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** The payload, the bytes that were signed. */
  readonly body: string;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string | null;
  /** When GitHub held it back, milliseconds since the epoch; absent where it did not. */
  readonly throttledAtMs?: number;
}

export type PermissionLevel = "read" | "write";
export type Permissions = Readonly<Record<string, PermissionLevel>>;

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly clientId: string;
  readonly publicKey: string;
  readonly owner: Account;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly createdAtMs: number;
}

export interface Installation {
  readonly id: number;
  readonly appId: number;
  readonly account: Account;
  /** `owner/name` of the repositories it may see, or null for all of the account. */
  readonly repositories: readonly string[] | null;
  readonly permissions: Permissions;
  readonly createdAtMs: number;
}

/** A type whose owner may change it; everyone else sees the readonly one. */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
