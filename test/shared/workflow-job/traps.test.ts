import { describe, expect, test } from "vitest";

import { foreignTo } from "../../../shared/link/route.ts";
import { factsOfSignal, joinFacts, type JobFacts } from "../../../shared/workflow-job/job-facts.ts";
import { readSignal } from "../../../shared/workflow-job/read-signal.ts";
import { workflowJob, type PayloadChange } from "../../samples/payload.ts";
import { guid, T0 } from "../../samples/signal.ts";

function read(change: PayloadChange) {
  const result = readSignal(workflowJob(1, change), { guid: guid(1), hookId: null, receivedAtMs: T0 });
  if (!result.ok) throw new Error(result.problem);
  return result.signal;
}

function facts(change: PayloadChange): JobFacts {
  const known = factsOfSignal(read(change));
  if (known === null) throw new Error("no phase");
  return known;
}

const completed = { status: "completed", conclusion: "success", completed_at: "2026-11-02T08:05:00Z" };

describe("what GitHub sends against its own schemas", () => {
  test("1: a queued event of a job that waits for an approval is no demand", () => {
    expect(facts({ job: { status: "waiting" } }).phase).toBe("waiting");
  });

  test("2: an in_progress event may still say queued; it runs once it names a runner", () => {
    expect(facts({ action: "in_progress", job: { status: "queued", runner_name: "hl-1" } }).phase).toBe("in_progress");
    expect(facts({ action: "in_progress", job: { status: "queued", runner_name: null } }).phase).toBe("queued");
  });

  test.each(["timed_out", "neutral", "action_required", "stale", "a_conclusion_of_tomorrow"])(
    "3: a job that ended as %s is completed",
    (conclusion) => {
      const known = facts({ action: "completed", job: { ...completed, conclusion } });
      expect(known).toMatchObject({ phase: "completed", conclusion });
    },
  );

  test("4: a queued job that names a runner is not taken by it", () => {
    const known = facts({ job: { runner_id: 1, runner_name: "GitHub Actions 5" } });
    expect(known).toMatchObject({ phase: "queued", runnerName: null, startedAtMs: null });
  });

  test("5: the second queued event of a gated job makes it demand again", () => {
    const gated = facts({ job: { status: "waiting", started_at: "2026-11-02T08:00:00Z" } });
    const approved = facts({ job: { status: "queued", started_at: "2026-11-02T08:10:00Z" } });
    expect(joinFacts(gated, approved).phase).toBe("queued");
  });

  test("6: a waiting event that comes after the newer queued one takes nothing back", () => {
    const late = facts({ action: "waiting", job: { status: "waiting", started_at: "2026-11-02T08:00:00Z" } });
    const approved = facts({ job: { started_at: "2026-11-02T08:10:00Z" } });
    expect(joinFacts(approved, late).phase).toBe("queued");
    const sameInstant = facts({ job: { started_at: "2026-11-02T08:00:00Z" } });
    expect(joinFacts(sameInstant, late).phase).toBe("queued");
  });

  test("7: a completed event sent again for an earlier attempt does not end the new attempt", () => {
    const again = facts({ action: "completed", job: { ...completed, run_attempt: 1 } });
    const rerun = facts({ job: { run_attempt: 2 } });
    expect(joinFacts(rerun, again)).toMatchObject({ phase: "queued", attempt: 2 });
  });

  test("8: a skipped job, of which only completed comes, is completed", () => {
    const known = facts({ action: "completed", job: { ...completed, conclusion: "skipped", started_at: null } });
    expect(known).toMatchObject({ phase: "completed", startedAtMs: null });
  });

  test.each([0, null])("9: a job cancelled before a runner took it, runner_id %s", (runner_id) => {
    const job = { ...completed, conclusion: "cancelled", runner_id, runner_name: null };
    expect(facts({ action: "completed", job })).toMatchObject({ phase: "completed", runnerName: null });
  });

  test("10: a completed event without labels keeps those that are known", () => {
    const queued = facts({});
    const ended = facts({ action: "completed", job: { ...completed, labels: [] } });
    expect(joinFacts(ended, queued)).toMatchObject({ phase: "completed", labels: ["self-hosted", "linux"] });
  });

  test("11: a job that names only a runner group is kept for its owner's fleet, not for another's", () => {
    const signal = read({ job: { labels: [] } });
    expect(foreignTo([{ owner: "ACME", labels: ["linux"] }], signal)).toBeNull();
    expect(foreignTo([{ owner: "other", labels: ["linux"] }], signal)).toBe("owner");
  });

  test("12: an in_progress event with an empty runner name runs, on no known runner", () => {
    const known = facts({ action: "in_progress", job: { status: "in_progress", runner_name: "" } });
    expect(known).toMatchObject({ phase: "in_progress", runnerName: null });
  });

  test("14: a job for GitHub's own runners is foreign by its labels", () => {
    const signal = read({ job: { labels: ["ubuntu-latest"] } });
    expect(foreignTo([{ owner: "acme", labels: ["self-hosted", "linux"] }], signal)).toBe("labels");
  });

  test("run_attempt and created_at may be absent, as in GitHub's oldest example", () => {
    const signal = read({ job: { run_attempt: undefined, created_at: undefined, name: undefined } });
    expect(signal).toMatchObject({ runAttempt: 1, createdAtMs: null, jobName: null });
  });

  test.each(["pending", "requested"])("the status %s is not runnable yet", (status) => {
    expect(facts({ job: { status } }).phase).toBe("waiting");
  });

  test("a status of tomorrow is read, and says nothing of the job's phase", () => {
    expect(factsOfSignal(read({ action: "paused", job: { status: "paused" } }))).toBeNull();
  });

  test("a time that is none counts as absent", () => {
    expect(read({ job: { started_at: "soon" } }).startedAtMs).toBeNull();
  });
});

describe("a body that is no workflow_job names the field that does not fit", () => {
  test.each<[string, unknown, RegExp]>([
    ["null", null, /^body: /],
    ["a list", [], /^body: |^action: /],
    ["an empty object", {}, /^action: /],
    ["a job id that is text", workflowJob(1, { job: { id: "1" } }), /^workflow_job\.id: /],
    ["a job id of 0", workflowJob(1, { job: { id: 0 } }), /^workflow_job\.id: /],
    ["half a job id", workflowJob(1, { job: { id: 1.5 } }), /^workflow_job\.id: /],
    ["labels that are null", workflowJob(1, { job: { labels: null } }), /^workflow_job\.labels: /],
    ["a label that is a number", workflowJob(1, { job: { labels: [1] } }), /^workflow_job\.labels\.0: /],
    ["a repository without owner", workflowJob(1, { repository: { full_name: "app" } }), /^repository\.full_name: /],
    [
      "more labels than a job can have",
      workflowJob(1, { job: { labels: Array(1000).fill("x") } }),
      /^workflow_job\.labels: /,
    ],
    ["a label of 10 KB", workflowJob(1, { job: { labels: ["x".repeat(10_000)] } }), /^workflow_job\.labels\.0: /],
  ])("%s", (_name, body, problem) => {
    const result = readSignal(body, { guid: guid(1), hookId: null, receivedAtMs: T0 });
    expect(result.ok ? "taken" : result.problem).toMatch(problem);
  });
});

test("free text is cut to what a frame of the link carries in any case", () => {
  const signal = read({ job: { name: "x".repeat(500_000), runner_name: "y".repeat(500_000) } });
  expect(JSON.stringify(signal).length).toBeLessThan(16 * 1024);
});
