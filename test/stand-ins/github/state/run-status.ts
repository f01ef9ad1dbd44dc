import type { Conclusion, Job } from "./model.ts";

export interface RunStatus {
  readonly status: "queued" | "waiting" | "pending" | "in_progress" | "completed";
  readonly conclusion: Conclusion | null;
}

/**
 * A run is what its jobs are. It is in progress as soon as one of them has moved, while others may still be queued;
 * and while one waits for an approval it is `waiting`, although its siblings are queued or run.
 * https://github.com/actions/actions-runner-controller/issues/2723
 * https://github.com/ahmadnassri/action-workflow-queue/pull/38
 */
export function runStatus(jobs: readonly Job[]): RunStatus {
  const every = (status: Job["status"]): boolean => jobs.every((job) => job.status === status);
  if (jobs.length === 0 || every("queued")) return { status: "queued", conclusion: null };
  if (every("completed")) return { status: "completed", conclusion: runConclusion(jobs) };
  if (every("pending")) return { status: "pending", conclusion: null };
  const some = (status: Job["status"]): boolean => jobs.some((job) => job.status === status);
  if (some("waiting")) return { status: "waiting", conclusion: null };
  return { status: some("in_progress") || some("completed") ? "in_progress" : "queued", conclusion: null };
}

function runConclusion(jobs: readonly Job[]): Conclusion {
  const found = new Set(jobs.map((job) => job.conclusion));
  const worst: readonly Conclusion[] = ["failure", "timed_out", "cancelled", "action_required", "success", "neutral"];
  return worst.find((conclusion) => found.has(conclusion)) ?? "skipped";
}
