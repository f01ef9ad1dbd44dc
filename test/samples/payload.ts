/** What a test wants to be different about a `workflow_job` body. */
export interface PayloadChange {
  readonly action?: unknown;
  readonly job?: Readonly<Record<string, unknown>>;
  readonly repository?: Readonly<Record<string, unknown>>;
}

/**
 * A body as GitHub sends it for a queued job, without the dozens of URLs. `n` gives it a job of its own.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_job
 */
export function workflowJob(n: number, change: PayloadChange = {}): Record<string, unknown> {
  return {
    action: change.action ?? "queued",
    workflow_job: {
      id: 1000 + n,
      run_id: 500 + n,
      run_attempt: 1,
      workflow_name: "CI",
      head_branch: "main",
      status: "queued",
      conclusion: null,
      created_at: "2026-11-02T08:00:00Z",
      started_at: "2026-11-02T08:00:00Z",
      completed_at: null,
      name: "build",
      steps: [],
      labels: ["self-hosted", "linux"],
      runner_id: null,
      runner_name: null,
      runner_group_id: null,
      runner_group_name: null,
      ...change.job,
    },
    repository: { id: 1, name: "app", full_name: "acme/app", private: true, ...change.repository },
    organization: { login: "acme", id: 2 },
    sender: { login: "octocat", id: 3 },
  };
}

export const PING = { zen: "Keep it logically awesome.", hook_id: 4711, hook: { type: "Organization" } } as const;
