import { expect, test } from "vitest";

import { factsOfSignal, joinFacts, type JobFacts } from "../../../shared/workflow-job/job-facts.ts";
import { readSignal } from "../../../shared/workflow-job/read-signal.ts";
import { workflowJob, type PayloadChange } from "../../samples/payload.ts";
import { guid, T0 } from "../../samples/signal.ts";

/** What is believed after this body, as somebody saw GitHub send it. */
function factsOf(change: PayloadChange): JobFacts {
  const read = readSignal(workflowJob(1, change), { guid: guid(1), hookId: null, receivedAtMs: T0 });
  if (!read.ok) throw new Error(read.problem);
  const facts = factsOfSignal(read.signal);
  if (facts === null) throw new Error("no phase");
  return facts;
}

/** Fields that are not in the body at all. */
const absent = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
const RUNNER_FIELDS = ["runner_id", "runner_name", "runner_group_id", "runner_group_name"];

// https://github.com/octokit/webhooks, started.with-organization.payload.json of 2021
test("F25: an action of 2021, started, runs on the runner that it names, without the time of its creation", () => {
  const job = { status: "in_progress", runner_name: "hl-1", ...absent("created_at") };
  expect(factsOf({ action: "started", job })).toMatchObject({
    phase: "in_progress",
    runnerName: "hl-1",
    createdAtMs: null,
  });
});

// https://github.com/actions/actions-runner-controller, org_webhook_workflow_job_payload.json
test("F26: a queued job without attempt, creation and runner fields is demand, at its first attempt", () => {
  const job = absent("run_attempt", "created_at", ...RUNNER_FIELDS);
  expect(factsOf({ job })).toMatchObject({ phase: "queued", attempt: 1, runnerName: null });
});

// https://github.com/getsentry/sentry-github-actions-app, webhook_event.json
test("F27: the end of a second attempt without runner fields ends the job", () => {
  const job = {
    status: "completed",
    conclusion: "success",
    completed_at: "2026-11-02T08:05:00Z",
    run_attempt: 2,
    ...absent(...RUNNER_FIELDS),
  };
  const first = factsOf({ job: { run_attempt: 1 } });
  expect(joinFacts(first, factsOf({ action: "completed", job }))).toMatchObject({ phase: "completed", attempt: 2 });
});

// https://github.com/octokit/webhooks, queued.with-deployment.payload.json
test("F28: queued with the status waiting and a deployment beside it waits for the approval", () => {
  const body = workflowJob(1, { job: { status: "waiting" } });
  const read = readSignal(
    { ...body, deployment: { id: 1, environment: "production" } },
    { guid: guid(1), hookId: null, receivedAtMs: T0 },
  );
  expect(read.ok && factsOfSignal(read.signal)).toMatchObject({ phase: "waiting" });
});

// A test body of a project in Go; seen in public code.
test("F29: empty texts for conclusion and end of a queued job are no end", () => {
  const facts = factsOf({ job: { conclusion: "", completed_at: "" } });
  expect(facts).toMatchObject({ phase: "queued", conclusion: null, completedAtMs: null });
});

// Assumed, not seen: https://github.com/CloudSnorkel/cdk-github-runners/pull/382
test("F32: the queued event after an approval that keeps its old start ends the wait that it told of itself", () => {
  const started_at = "2026-11-02T08:00:00Z";
  const gated = factsOf({ job: { status: "waiting", started_at } });
  const approved = factsOf({ job: { status: "queued", started_at } });
  expect(joinFacts(gated, approved).phase).toBe("queued");
});
