import { expect, test } from "vitest";

import { failureOf, GO, makeClient } from "./client-fixture.ts";
import { startScriptedServer, type Reply, type SeenRequest } from "./scripted-server.ts";

const HOME = { id: 5, full_name: "acme/web", private: true };

function jobAnswer(id: number, runId: number, extra: Record<string, unknown> = {}) {
  return {
    id,
    run_id: runId,
    run_attempt: 1,
    name: `job ${id}`,
    status: "queued",
    conclusion: null,
    labels: ["self-hosted", "nas"],
    runner_id: null,
    runner_name: null,
    created_at: "2026-11-02T07:59:00Z",
    started_at: "2026-11-02T07:59:00Z",
    completed_at: null,
    ...extra,
  };
}

interface Repository {
  readonly queued?: readonly number[];
  readonly inProgress?: readonly number[];
  /** By run id. */
  readonly jobs: Record<number, readonly unknown[] | Reply>;
}

/** A repository with these runs; each run's jobs, or the answer to the question for them. */
const serving =
  (repository: Repository) =>
  (request: SeenRequest): Reply => {
    const url = new URL(request.path, "http://x");
    const run = /\/repos\/acme\/web\/actions\/runs\/(\d+)\/jobs$/.exec(url.pathname)?.[1];
    if (run !== undefined) {
      const jobs = repository.jobs[Number(run)] ?? { status: 404, body: { message: "Not Found" } };
      return Array.isArray(jobs) ? { status: 200, body: { total_count: jobs.length, jobs } } : (jobs as Reply);
    }
    const ids = (url.searchParams.get("status") === "queued" ? repository.queued : repository.inProgress) ?? [];
    const workflow_runs = ids.map((id) => ({ id, status: url.searchParams.get("status"), repository: HOME }));
    return { status: 200, body: { total_count: ids.length, workflow_runs } };
  };

test("G5: a job that is queued within a run in progress is found", async () => {
  const jobs = { 11: [jobAnswer(1, 11, { status: "completed", conclusion: "success" }), jobAnswer(2, 11)] };
  await using server = await startScriptedServer(serving({ inProgress: [11], jobs }));
  const listing = await makeClient(server.url).client.listActiveJobs("acme/web", GO);
  expect(listing.complete).toBe(true);
  expect(listing.items.map(({ id, status }) => [id, status])).toEqual([
    [1, "completed"],
    [2, "queued"],
  ]);
  expect(listing.items[1]).toEqual({
    id: 2,
    runId: 11,
    runAttempt: 1,
    repository: "acme/web",
    isPrivate: true,
    name: "job 2",
    status: "queued",
    conclusion: null,
    labels: ["self-hosted", "nas"],
    runnerName: null,
    createdAtMs: Date.UTC(2026, 10, 2, 7, 59),
    startedAtMs: Date.UTC(2026, 10, 2, 7, 59),
    completedAtMs: null,
  });
});

test("queued runs are asked for before those in progress, within the 30 days of re-runs, and by their latest attempt", async () => {
  await using server = await startScriptedServer(serving({ queued: [11], jobs: { 11: [] } }));
  await makeClient(server.url).client.listActiveJobs("acme/web", GO);
  expect(server.seen.map(({ path }) => path)).toEqual([
    "/repos/acme/web/actions/runs?status=queued&created=%3E%3D2026-10-03&per_page=100",
    "/repos/acme/web/actions/runs?status=in_progress&created=%3E%3D2026-10-03&per_page=100",
    "/repos/acme/web/actions/runs/11/jobs?filter=latest&per_page=100",
  ]);
});

test("the question stays the same for a day, so that an unchanged answer costs nothing", async () => {
  await using server = await startScriptedServer(serving({ jobs: {} }));
  const { client, clock } = makeClient(server.url);
  await client.listActiveJobs("acme/web", GO);
  await clock.advance(15 * 60 * 60_000);
  await client.listActiveJobs("acme/web", GO);
  expect(server.seen[2]?.path).toBe(server.seen[0]?.path);
});

test("a run that starts while it is looked for is read once", async () => {
  await using server = await startScriptedServer(
    serving({ queued: [11], inProgress: [11], jobs: { 11: [jobAnswer(1, 11)] } }),
  );
  const listing = await makeClient(server.url).client.listActiveJobs("acme/web", GO);
  expect(listing.items).toHaveLength(1);
  expect(server.seen).toHaveLength(3);
});

test("a run that is gone takes only its own jobs with it", async () => {
  const jobs = { 11: { status: 404, body: { message: "Not Found" } }, 12: [jobAnswer(2, 12)] };
  await using server = await startScriptedServer(serving({ queued: [11, 12], jobs }));
  const listing = await makeClient(server.url).client.listActiveJobs("acme/web", GO);
  expect(listing).toMatchObject({ complete: true, items: [{ id: 2 }] });
});

test("a run that cannot be read leaves the others, and the listing says so", async () => {
  const jobs = { 11: { status: 500 }, 12: [jobAnswer(2, 12)] };
  await using server = await startScriptedServer(serving({ queued: [11, 12], jobs }));
  const listing = await makeClient(server.url).client.listActiveJobs("acme/web", GO);
  expect(listing).toMatchObject({ complete: false, items: [{ id: 2 }], failure: { code: "unavailable" } });
});

test("a repository that is not there is an error, and no empty listing", async () => {
  await using server = await startScriptedServer(() => ({ status: 404, body: { message: "Not Found" } }));
  expect((await failureOf(makeClient(server.url).client.listActiveJobs("acme/web", GO))).code).toBe("not-found");
});

test("words and gaps that GitHub has not shown yet are read all the same", async () => {
  const odd = jobAnswer(1, 11, {
    status: "thinking",
    conclusion: "bored",
    labels: [],
    runner_name: "",
    created_at: null,
    started_at: "yesterday",
    run_attempt: undefined,
    something: { new: true },
  });
  await using server = await startScriptedServer(serving({ queued: [11], jobs: { 11: [odd] } }));
  const [job] = (await makeClient(server.url).client.listActiveJobs("acme/web", GO)).items;
  expect(job).toMatchObject({ status: "thinking", conclusion: "bored", labels: [], runnerName: null, runAttempt: 1 });
  expect(job).toMatchObject({ createdAtMs: null, startedAtMs: null });
});

test.for([["acme"], ["acme/web/x"], ["/web"], [""]])(
  "a repository that is no owner/name is refused: %j",
  async ([name = ""]) => {
    const { client } = makeClient("http://127.0.0.1:1");
    await expect(client.listActiveJobs(name, GO)).rejects.toThrow(/owner\/name/);
  },
);

test("an organization's repositories come with what decides whether to read them", async () => {
  await using server = await startScriptedServer(() => ({
    status: 200,
    body: [
      { full_name: "acme/web", private: true, archived: false, pushed_at: "2026-11-01T00:00:00Z" },
      { full_name: "acme/old", private: false, archived: true, pushed_at: null },
      { full_name: "acme/off", private: false, disabled: true },
    ],
  }));
  const listing = await makeClient(server.url).client.listOrganizationRepositories("acme", GO);
  expect(listing).toEqual({
    complete: true,
    items: [
      { fullName: "acme/web", isPrivate: true, archived: false, pushedAtMs: Date.UTC(2026, 10, 1) },
      { fullName: "acme/old", isPrivate: false, archived: true, pushedAtMs: null },
      { fullName: "acme/off", isPrivate: false, archived: true, pushedAtMs: null },
    ],
  });
  expect(server.seen[0]?.path).toBe("/orgs/acme/repos?type=all&sort=pushed&direction=desc&per_page=100");
});
