import type { Signal } from "../../shared/workflow-job/signal.ts";

export const T0 = Date.UTC(2026, 10, 2, 8, 0, 0);

/** A GUID of its own for each number. */
export function guid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** The signal of a queued job; `n` gives it a GUID and a job of its own. */
export function queuedSignal(n: number, change: Partial<Signal> = {}): Signal {
  return {
    guid: guid(n),
    hookId: "4711",
    action: "queued",
    status: "queued",
    conclusion: null,
    jobId: 1000 + n,
    jobName: "build",
    runId: 500 + n,
    runAttempt: 1,
    repository: "acme/app",
    isPrivate: true,
    labels: ["self-hosted", "linux"],
    runnerName: null,
    runnerGroup: null,
    createdAtMs: T0,
    startedAtMs: T0,
    completedAtMs: null,
    receivedAtMs: T0 + n,
    ...change,
  };
}
