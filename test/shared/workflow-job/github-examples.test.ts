import examples from "@octokit/webhooks-examples" with { type: "json" };
import { describe, expect, test } from "vitest";

import { factsOfSignal } from "../../../shared/workflow-job/job-facts.ts";
import { readSignal } from "../../../shared/workflow-job/read-signal.ts";
import { T0, guid } from "../../samples/signal.ts";

const published = examples.find(({ name }) => name === "workflow_job")?.examples ?? [];

function readExample(body: unknown) {
  const read = readSignal(body, { guid: guid(1), hookId: null, receivedAtMs: T0 });
  if (!read.ok) throw new Error(read.problem);
  return read.signal;
}

test("all of GitHub's published examples are here", () => {
  expect(published).toHaveLength(8);
});

describe.each(published.map((body, index) => [index, body] as const))("published example %i", (_index, body) => {
  const { action, workflow_job: job, repository } = body as unknown as Example;

  test("is read, field by field", () => {
    expect(readExample(body)).toEqual({
      guid: guid(1),
      hookId: null,
      action,
      status: job.status,
      conclusion: job.conclusion,
      jobId: job.id,
      jobName: job.name,
      runId: job.run_id,
      runAttempt: job.run_attempt ?? 1,
      repository: repository.full_name,
      repositoryId: repository.id,
      isPrivate: repository.private,
      labels: job.labels,
      runnerName: job.runner_name ?? null,
      runnerGroup: job.runner_group_name ?? null,
      createdAtMs: job.created_at === undefined ? null : Date.parse(job.created_at),
      startedAtMs: Date.parse(job.started_at),
      completedAtMs: job.completed_at === null ? null : Date.parse(job.completed_at),
      receivedAtMs: T0,
    });
  });

  test("has the phase of its status, and a runner only once it was taken", () => {
    const facts = factsOfSignal(readExample(body));
    expect(facts?.phase).toBe(job.status);
    const taken = job.status === "in_progress" || job.status === "completed";
    expect(facts?.runnerName).toBe(taken ? job.runner_name : null);
  });
});

interface Example {
  readonly action: string;
  readonly workflow_job: {
    readonly id: number;
    readonly run_id: number;
    readonly run_attempt?: number;
    readonly status: string;
    readonly conclusion: string | null;
    readonly name: string;
    readonly labels: readonly string[];
    readonly runner_name?: string | null;
    readonly runner_group_name?: string | null;
    readonly created_at?: string;
    readonly started_at: string;
    readonly completed_at: string | null;
  };
  readonly repository: { readonly id: number; readonly full_name: string; readonly private: boolean };
}
