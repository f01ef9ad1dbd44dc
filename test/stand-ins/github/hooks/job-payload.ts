import { jobSteps } from "../rest/render/job-steps.ts";
import type { JobAction } from "../state/jobs.ts";
import type { Account, Job, WorkflowRun } from "../state/model.ts";
import { accountPayload, organizationPayload } from "./account-payload.ts";
import { examplesOf, partOf, type Part } from "./examples.ts";
import { repositoryPayload } from "./repository-payload.ts";
import { instant, instantOrNull, nodeId, rewrite } from "./rewrite.ts";

const examples = examplesOf("workflow_job");
const exampleDeployment = partOf(examples, "deployment");
const exampleOfDeployment = partOf(examples, "repository", (example) => "deployment" in example);

export interface JobEvent {
  readonly action: JobAction;
  readonly job: Job;
  readonly run: WorkflowRun;
  readonly sender: Account;
  readonly apiUrl: string;
}

/**
 * The payload of a `workflow_job` event, made after GitHub's published examples: the same fields in full size.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_job
 */
export function jobPayload(event: JobEvent): Part {
  const { action, job, sender, apiUrl } = event;
  const { repository } = job;
  const gate = job.gated && action !== "waiting" ? { deployment: deployment(event) } : {};
  const ofOrganization =
    repository.owner.kind === "organization" ? { organization: organizationPayload(repository.owner, apiUrl) } : {};
  return {
    action,
    workflow_job: workflowJob(event),
    ...gate,
    repository: repositoryPayload(repository, apiUrl),
    ...ofOrganization,
    sender: accountPayload(sender, apiUrl),
  };
}

function workflowJob({ job, run, apiUrl }: JobEvent): Part {
  const repositoryUrl = `${apiUrl}/repos/${job.repository.fullName}`;
  return {
    id: job.id,
    run_id: job.runId,
    workflow_name: run.name,
    head_branch: run.headBranch,
    run_url: `${repositoryUrl}/actions/runs/${job.runId}`,
    run_attempt: job.runAttempt,
    node_id: nodeId("CR", job.id),
    head_sha: run.headSha,
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
    ...runnerOf(job),
  };
}

/** A job that ended without a runner has zero and empty, or null, as GitHub happens to write it. */
function runnerOf(job: Job): Part {
  const zeroed = job.status === "completed" && job.runnerId === null && job.id % 2 === 0;
  return {
    runner_id: zeroed ? 0 : job.runnerId,
    runner_name: zeroed ? "" : job.runnerName,
    runner_group_id: zeroed ? 0 : job.runnerGroupId,
    runner_group_name: zeroed ? "" : job.runnerGroupName,
  };
}

function deployment({ job, run, apiUrl }: JobEvent): Part {
  const names = [[String(exampleOfDeployment["full_name"]), job.repository.fullName]] as const;
  return {
    ...rewrite(exampleDeployment, names, apiUrl),
    creator: accountPayload(job.repository.owner, apiUrl),
    sha: run.headSha,
    created_at: instant(job.createdAtMs),
    updated_at: instant(job.createdAtMs),
  };
}
