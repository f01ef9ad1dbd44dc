import { createLogger, type LogLevel } from "../../../shared/log/logger.ts";
import type { GitHubCredential } from "../../../agent/github/auth/credential.ts";
import { GitHubClient } from "../../../agent/github/github-client.ts";
import { GitHubError, type JitRequest, type RunnerScope } from "../../../agent/github/model/types.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

export const TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
export const ORGANIZATION: RunnerScope = { kind: "organization", organization: "acme" };
export const REPOSITORY: RunnerScope = { kind: "repository", owner: "jo", repository: "tools" };
export const JIT: JitRequest = {
  name: "hl-1",
  runnerGroupId: 1,
  labels: ["self-hosted", "linux"],
  workFolder: "_work",
};

/** A signal that nobody aborts. */
export const GO = new AbortController().signal;

export interface ClientFixture {
  readonly client: GitHubClient;
  readonly clock: VirtualClock;
  readonly logLines: readonly string[];
}

/** A client of the server at `apiUrl`, in virtual time, without jitter. */
export function makeClient(
  apiUrl: string,
  options: { credential?: GitHubCredential; deadlineMs?: number; level?: LogLevel } = {},
): ClientFixture {
  const clock = new VirtualClock();
  const logLines: string[] = [];
  const log = createLogger({
    plane: "agent",
    level: options.level ?? "debug",
    now: () => clock.now(),
    write: (line) => void logLines.push(line),
  });
  const client = new GitHubClient({
    apiUrl,
    credential: options.credential ?? { kind: "token", token: TOKEN },
    clock,
    random: () => 0.5,
    log,
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  });
  return { client, clock, logLines };
}

/** The GitHubError that the work fails with; anything else fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<GitHubError> {
  const outcome = await work.then(
    (value) => new Error(`did not fail, but gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof GitHubError) return outcome;
  throw outcome;
}

export function runnerAnswer(id: number, name = `hl-${id}`, extra: Record<string, unknown> = {}) {
  return {
    id,
    name,
    os: "unknown",
    status: "offline",
    busy: false,
    labels: [{ id: 1, name: "self-hosted", type: "read-only" }],
    ...extra,
  };
}

/** GitHub's page of runners. */
export function runnersAnswer(runners: readonly unknown[], total = runners.length) {
  return { total_count: total, runners };
}

/** The `x-ratelimit-*` headers. */
export function limitHeaders(remaining: number, resetAtMs: number, resource = "core"): Record<string, string> {
  return {
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(resetAtMs / 1000)),
    "x-ratelimit-resource": resource,
  };
}
