import { instant, instantOrNull, nodeId } from "../../hooks/rewrite.ts";
import type { Job, WorkflowRun } from "../../state/model.ts";
import { jobSteps } from "./job-steps.ts";

/** A job as REST shows it. */
export function renderJob(job: Job, run: WorkflowRun, apiUrl: string): Record<string, unknown> {
  const repositoryUrl = `${apiUrl}/repos/${job.repository.fullName}`;
  return {
    id: job.id,
    run_id: job.runId,
    run_url: `${repositoryUrl}/actions/runs/${job.runId}`,
    run_attempt: job.runAttempt,
    node_id: nodeId("CR", job.id),
    head_sha: run.headSha,
    head_branch: run.headBranch,
    workflow_name: run.name,
    url: `${repositoryUrl}/actions/jobs/${job.id}`,
    html_url: `https://github.com/${job.repository.fullName}/actions/runs/${job.runId}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: instant(job.createdAtMs),
    started_at: instant(job.startedAtMs ?? job.createdAtMs),
    completed_at: instantOrNull(job.completedAtMs),
    name: job.name,
    steps: jobSteps(job),
    check_run_url: `${repositoryUrl}/check-runs/${job.id}`,
    labels: job.labels,
    runner_id: job.runnerId,
    runner_name: job.runnerName,
    runner_group_id: job.runnerGroupId,
    runner_group_name: job.runnerGroupName,
  };
}
