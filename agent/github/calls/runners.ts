import { jitRunner, runner as runnerAnswer, runnersPage, type RunnerAnswer } from "../model/answers.ts";
import { readListing } from "../http/listing.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import type { Rest } from "../http/rest.ts";
import { actionsPath } from "../model/scope.ts";
import type { DeleteRunnerResult, GitHubRunner, JitRequest, JitRunner, Listing, RunnerScope } from "../model/types.ts";

/** Registers an ephemeral runner, once: https://docs.github.com/en/rest/actions/self-hosted-runners */
export async function createJitRunner(
  rest: Rest,
  scope: RunnerScope,
  request: JitRequest,
  signal: AbortSignal,
): Promise<JitRunner> {
  const body = {
    name: request.name,
    runner_group_id: request.runnerGroupId,
    labels: request.labels,
    work_folder: request.workFolder,
  };
  const sent = await rest.write("POST", `${actionsPath(scope)}/runners/generate-jitconfig`, {
    scope,
    signal,
    body,
    accept: [201],
  });
  const { runner, encoded_jit_config: encodedJitConfig } = rest.parse(sent, jitRunner);
  return {
    runnerId: runner.id,
    encodedJitConfig,
    labels: runner.labels.map((label) => label.name),
  };
}

/** All runners of the scope, those of others included. */
export async function listRunners(rest: Rest, scope: RunnerScope, signal: AbortSignal): Promise<Listing<GitHubRunner>> {
  const listing = await readListing(rest, runnersQuery(`${actionsPath(scope)}/runners?per_page=100`), {
    scope,
    signal,
  });
  return { ...listing, items: listing.items.map(runnerOf) };
}

/** The runner of exactly this name; GitHub's filter narrows the list. */
export async function findRunner(
  rest: Rest,
  scope: RunnerScope,
  name: string,
  signal: AbortSignal,
): Promise<GitHubRunner | null> {
  const path = `${actionsPath(scope)}/runners?name=${encodeURIComponent(name)}&per_page=100`;
  const listing = await readListing(rest, runnersQuery(path), { scope, signal, urgent: true });
  const found = listing.items.find((runner) => runner.name === name);
  if (found !== undefined) return runnerOf(found);
  // "Not there" must be known, not assumed from a list that was cut short.
  if (listing.failure !== undefined) throw listing.failure;
  return null;
}

/** The runner by its id, asked even while polling rests; null where GitHub knows none. */
export async function readRunner(
  rest: Rest,
  scope: RunnerScope,
  runnerId: number,
  signal: AbortSignal,
): Promise<GitHubRunner | null> {
  const url = rest.urlOf(`${actionsPath(scope)}/runners/${runnerId}`);
  const page = await rest.read(url, runnerAnswer, { scope, signal, urgent: true }).catch(noneIfNotFound);
  return page === null ? null : runnerOf(page.value);
}

/** Takes a runner away, once. GitHub answers 422 while it runs a job and 404 when it is gone. */
export async function deleteRunner(
  rest: Rest,
  scope: RunnerScope,
  runnerId: number,
  signal: AbortSignal,
): Promise<DeleteRunnerResult> {
  const path = `${actionsPath(scope)}/runners/${runnerId}`;
  const { answer } = await rest.write("DELETE", path, { scope, signal, accept: [204, 404, 422] });
  if (answer.status === 422) return "busy";
  return answer.status === 204 ? "deleted" : "gone";
}

function runnersQuery(path: string) {
  return {
    path,
    schema: runnersPage,
    itemsOf: (page: { readonly runners: readonly RunnerAnswer[] }) => page.runners,
    keyOf: (runner: RunnerAnswer) => runner.id,
    totalOf: (page: { readonly total_count: number }) => page.total_count,
  };
}

function runnerOf(runner: RunnerAnswer): GitHubRunner {
  return {
    id: runner.id,
    name: runner.name,
    status: runner.status,
    busy: runner.busy,
    labels: runner.labels.map((label) => label.name),
  };
}
