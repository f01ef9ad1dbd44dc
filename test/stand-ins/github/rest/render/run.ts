import { accountPayload } from "../../hooks/account-payload.ts";
import { repositoryPayload } from "../../hooks/repository-payload.ts";
import { instant, nodeId } from "../../hooks/rewrite.ts";
import type { Account, WorkflowRun } from "../../state/model.ts";
import type { RunStatus } from "../../state/run-status.ts";

/** A workflow run as REST shows it. */
export function renderRun(run: WorkflowRun, state: RunStatus, actor: Account, apiUrl: string): Record<string, unknown> {
  const { repository } = run;
  const url = `${apiUrl}/repos/${repository.fullName}/actions/runs/${run.id}`;
  const workflowUrl = `${apiUrl}/repos/${repository.fullName}/actions/workflows/${repository.id}`;
  const shown = repositoryPayload(repository, apiUrl);
  const author = { name: "Mona Lisa", email: "mona@example.com" };
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("WFR", run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: ".github/workflows/ci.yml",
    display_title: `Change number ${run.number}`,
    run_number: run.number,
    run_attempt: run.attempt,
    event: "push",
    status: state.status,
    conclusion: state.conclusion,
    workflow_id: repository.id,
    check_suite_id: run.id + 1,
    check_suite_node_id: nodeId("CS", run.id + 1),
    url,
    html_url: `https://github.com/${repository.fullName}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: instant(run.createdAtMs),
    updated_at: instant(run.updatedAtMs),
    run_started_at: instant(run.startedAtMs),
    actor: accountPayload(actor, apiUrl),
    triggering_actor: accountPayload(actor, apiUrl),
    referenced_workflows: [],
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiUrl}/repos/${repository.fullName}/check-suites/${run.id + 1}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt === 1 ? null : `${url}/attempts/${run.attempt - 1}`,
    workflow_url: workflowUrl,
    head_commit: {
      id: run.headSha,
      tree_id: run.headSha,
      message: `Change number ${run.number}`,
      timestamp: instant(run.createdAtMs),
      author,
      committer: author,
    },
    repository: shown,
    head_repository: shown,
  };
}
