import type { Conclusion, Job } from "./model.ts";

export interface RunStatus {
  readonly status: "queued" | "waiting" | "in_progress" | "completed";
  readonly conclusion: Conclusion | null;
}

/** A run is what its jobs are. It is in progress as soon as one of them has moved, while others may still be queued. */
export function runStatus(jobs: readonly Job[]): RunStatus {
  const every = (status: Job["status"]): boolean => jobs.every((job) => job.status === status);
  if (jobs.length === 0 || every("queued")) return { status: "queued", conclusion: null };
  if (every("completed")) return { status: "completed", conclusion: runConclusion(jobs) };
  if (jobs.some((job) => job.status === "in_progress" || job.status === "completed")) {
    return { status: "in_progress", conclusion: null };
  }
  return { status: jobs.some((job) => job.status === "queued") ? "queued" : "waiting", conclusion: null };
}

function runConclusion(jobs: readonly Job[]): Conclusion {
  const found = new Set(jobs.map((job) => job.conclusion));
  const worst: readonly Conclusion[] = ["failure", "timed_out", "cancelled", "action_required", "success", "neutral"];
  return worst.find((conclusion) => found.has(conclusion)) ?? "skipped";
}
