import * as z from "zod";

import { repositoryPayload } from "../../hooks/repository-payload.ts";
import type { Scope } from "../../state/model.ts";
import { number, ok, organizationIn, repositoryIn, text, type Context, type Handler } from "../handler.ts";
import { encodeJitConfig } from "../jit-config.ts";
import { pageOf } from "../pagination.ts";
import { invalid, notFound, Refusal } from "../refusal.ts";
import { renderRunner, renderRunnerGroup } from "../render/runner.ts";

/** https://github.com/actions/runner, `Validators.cs` */
const LONGEST_NAME = 64;
const LONGEST_LABEL = 256;

const jitBody = z.object({
  name: z.string(),
  runner_group_id: z.number(),
  labels: z.array(z.string()),
  work_folder: z.string().default("_work"),
});

type ScopeOf = (context: Context) => Scope;
const organization: ScopeOf = (context) => ({ kind: "organization", account: organizationIn(context) });
const repository: ScopeOf = (context) => ({ kind: "repository", repository: repositoryIn(context) });

/** https://docs.github.com/en/rest/actions/self-hosted-runners, https://docs.github.com/en/rest/actions/self-hosted-runner-groups */
export const runnerHandlers: Readonly<Record<string, Handler>> = {
  "actions/generate-runner-jitconfig-for-org": (context) => register(context, organization(context)),
  "actions/generate-runner-jitconfig-for-repo": (context) => register(context, repository(context)),
  "actions/list-self-hosted-runners-for-org": (context) => list(context, organization(context)),
  "actions/list-self-hosted-runners-for-repo": (context) => list(context, repository(context)),
  "actions/get-self-hosted-runner-for-org": (context) => ok(renderRunner(find(context, organization(context)))),
  "actions/get-self-hosted-runner-for-repo": (context) => ok(renderRunner(find(context, repository(context)))),
  "actions/delete-self-hosted-runner-from-org": (context) => remove(context, organization(context)),
  "actions/delete-self-hosted-runner-from-repo": (context) => remove(context, repository(context)),
  "actions/list-self-hosted-runner-groups-for-org": (context) => {
    const { accounts, apiUrl } = context.world;
    const groups = accounts.groupsOf(organizationIn(context));
    const { items, headers } = pageOf(context, groups);
    const rendered = items.map((group) => renderRunnerGroup(group, apiUrl));
    return { status: 200, body: { total_count: groups.length, runner_groups: rendered }, headers };
  },
  "actions/list-repo-access-to-self-hosted-runner-group-in-org": (context) => {
    const { accounts, apiUrl } = context.world;
    const group = accounts.group(number(context, "runner_group_id"));
    if (group === null || group.organization !== organizationIn(context)) throw notFound();
    const found = group.repositories.map((name) => accounts.repository(name)).filter((each) => each !== null);
    const { items, headers } = pageOf(context, found);
    const repositories = items.map((each) => repositoryPayload(each, apiUrl));
    return { status: 200, body: { total_count: found.length, repositories }, headers };
  },
  "actions/get-self-hosted-runner-group-for-org": (context) => {
    const group = context.world.accounts.group(number(context, "runner_group_id"));
    if (group === null || group.organization !== organizationIn(context)) throw notFound();
    return ok(renderRunnerGroup(group, context.world.apiUrl));
  },
};

function register(context: Context, scope: Scope): ReturnType<Handler> {
  const { runners, changes, runnerUrl } = context.world;
  const body = jitBody.parse(context.body);
  const faults = [
    ...(body.name.trim() === "" ? ["Runner name must not be empty"] : []),
    ...(body.name.length > LONGEST_NAME ? [`Runner name must be at most ${LONGEST_NAME} characters`] : []),
    ...body.labels
      .filter((label) => label === "" || label.length > LONGEST_LABEL)
      .map((label) => `Label is invalid: ${label.slice(0, 40)}`),
  ];
  if (faults.length > 0) throw invalid(...faults);
  const groupName = groupNameOf(context, scope, body.runner_group_id);
  const { name, labels } = body;
  const added = runners.add({
    scope,
    name,
    groupId: body.runner_group_id,
    groupName,
    labels,
    workFolder: body.work_folder,
  });
  if (added === null) throw new Refusal(409, `Already exists - A runner with the name *** already exists.`);
  changes.notify();
  const { runner, token } = added;
  return {
    status: 201,
    body: { runner: renderRunner(runner), encoded_jit_config: encodeJitConfig(runner, token, runnerUrl) },
  };
}

/** A repository has one group, whose id is 1: https://github.com/cloudbase/garm */
function groupNameOf(context: Context, scope: Scope, groupId: number): string {
  if (scope.kind === "repository") {
    if (groupId !== 1) throw notFound();
    return "Default";
  }
  const group = context.world.accounts.group(groupId);
  if (group === null || group.organization !== scope.account) throw notFound();
  return group.name;
}

function list(context: Context, scope: Scope): ReturnType<Handler> {
  const name = context.parameters["name"];
  const runners = context.world.runners
    .of(scope)
    .filter((runner) => name === undefined || runner.name === text(context, "name"));
  const { items, headers } = pageOf(context, runners);
  return { status: 200, body: { total_count: runners.length, runners: items.map(renderRunner) }, headers };
}

function find(context: Context, scope: Scope) {
  const id = number(context, "runner_id");
  const runner = context.world.runners.of(scope).find((each) => each.id === id);
  if (runner === undefined) throw notFound();
  return runner;
}

function remove(context: Context, scope: Scope): ReturnType<Handler> {
  const runner = find(context, scope);
  if (runner.busy) throw invalid(`Runner "${runner.name}" is still running a job`);
  context.world.dispatcher.remove(runner);
  return { status: 204 };
}
