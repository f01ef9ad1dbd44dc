import { phaseOf } from "../../shared/workflow-job/phase.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import type { GitHubJob } from "../github/model/types.ts";

/**
 * What a REST answer says of a job, or null if its status is none that is known. Between `waiting` and `queued` a
 * sweep speaks as of the time it began: it saw the job's present state, whatever stamps the job carries.
 */
export function factsOfJob(job: GitHubJob, sweepStartedAtMs: number): JobFacts | null {
  const phase = phaseOf({ action: "", status: job.status, runnerName: job.runnerName });
  if (phase === null) return null;
  const taken = phase === "in_progress" || phase === "completed";
  return {
    jobId: job.id,
    jobName: job.name,
    runId: job.runId,
    attempt: job.runAttempt,
    repository: job.repository,
    isPrivate: job.isPrivate,
    labels: [...job.labels],
    phase,
    phaseAtMs: taken ? (job.startedAtMs ?? sweepStartedAtMs) : sweepStartedAtMs,
    runnerName: taken && job.runnerName !== "" ? job.runnerName : null,
    conclusion: job.conclusion,
    createdAtMs: job.createdAtMs,
    startedAtMs: taken ? job.startedAtMs : null,
    completedAtMs: job.completedAtMs,
  };
}
