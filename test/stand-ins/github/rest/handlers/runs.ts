import type { WorkflowRun } from "../../state/model.ts";
import { runStatus } from "../../state/run-status.ts";
import { createdRange } from "../created-range.ts";
import { number, ok, repositoryIn, text, type Context, type Handler } from "../handler.ts";
import { pageOf } from "../pagination.ts";
import { notFound, Refusal } from "../refusal.ts";
import { renderJob } from "../render/job.ts";
import { renderRun } from "../render/run.ts";

/** A filtered list ends here: https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository */
const MOST_FILTERED = 1000;

/** https://docs.github.com/en/rest/actions/workflow-runs, https://docs.github.com/en/rest/actions/workflow-jobs */
export const runHandlers: Readonly<Record<string, Handler>> = {
  "actions/list-workflow-runs-for-repo": listRuns,
  "actions/get-workflow-run": (context) => ok(rendered(context, runIn(context))),
  "actions/list-jobs-for-workflow-run": (context) => {
    const { jobs, apiUrl } = context.world;
    const run = runIn(context);
    const found = jobs.jobsOf(run.id, context.parameters["filter"] === "all" ? "all" : "latest");
    const { items, headers } = pageOf(context, found);
    const shown = items.map((job) => renderJob(job, run, apiUrl));
    return { status: 200, body: { total_count: found.length, jobs: shown }, headers };
  },
  "actions/get-job-for-workflow-run": (context) => {
    const { jobs, apiUrl } = context.world;
    const job = jobs.get(number(context, "job_id"));
    const run = job === null ? null : jobs.run(job.runId);
    if (job === null || run === null || job.repository !== repositoryIn(context)) throw notFound();
    return ok(renderJob(job, run, apiUrl));
  },
};

function listRuns(context: Context): ReturnType<Handler> {
  const repository = repositoryIn(context);
  const fits = filterOf(context);
  const filtered = ["status", "created", "actor", "branch", "event", "head_sha", "check_suite_id"].some(
    (name) => name in context.parameters,
  );
  const all = context.world.jobs.runsOf(repository).filter(fits).toReversed();
  const found = filtered ? all.slice(0, MOST_FILTERED) : all;
  const { items, headers } = pageOf(context, found);
  const shown = items.map((run) => rendered(context, run));
  return { status: 200, body: { total_count: all.length, workflow_runs: shown }, headers };
}

function filterOf(context: Context): (run: WorkflowRun) => boolean {
  const { status, created, branch, event, head_sha: headSha, actor } = context.parameters;
  const isCreatedThen = created === undefined ? () => true : createdRange(text(context, "created"));
  if (isCreatedThen === null) throw new Refusal(422, "Invalid request.\n\n`created` is no date and no range of dates.");
  return (run) => {
    const state = runStatus(context.world.jobs.jobsOf(run.id, "latest"));
    return (
      isCreatedThen(run.createdAtMs) &&
      (status === undefined || status === state.status || status === state.conclusion) &&
      (branch === undefined || branch === run.headBranch) &&
      (headSha === undefined || headSha === run.headSha) &&
      (event === undefined || event === "push") &&
      (actor === undefined || actor === context.world.actor.login)
    );
  };
}

function runIn(context: Context): WorkflowRun {
  const repository = repositoryIn(context);
  const run = context.world.jobs.run(number(context, "run_id"));
  if (run === null || run.repository !== repository) throw notFound();
  return run;
}

function rendered(context: Context, run: WorkflowRun): Record<string, unknown> {
  const { jobs, actor, apiUrl } = context.world;
  return renderRun(run, runStatus(jobs.jobsOf(run.id, "latest")), actor, apiUrl);
}
