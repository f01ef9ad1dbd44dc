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
  /** Ids by the run's status. */
  readonly runs: Record<string, readonly number[]>;
  /** By run id. */
  readonly jobs: Record<number, readonly unknown[] | Reply>;
}

/** A repository with these runs; each run's jobs, or the answer to the question for them. */
const serving =
  (repository: Repository) =>
  (request: SeenRequest): Reply => {
    const url = new URL(request.path, "http://x");
    const runId = /\/repos\/acme\/web\/actions\/runs\/(\d+)\/jobs$/.exec(url.pathname)?.[1];
    if (runId !== undefined) {
      const jobs = repository.jobs[Number(runId)] ?? { status: 404, body: { message: "Not Found" } };
      return Array.isArray(jobs) ? { status: 200, body: { total_count: jobs.length, jobs } } : (jobs as Reply);
    }
    const runs = Object.entries(repository.runs).flatMap(([status, ids]) =>
      ids.map((id) => ({ id, status, repository: HOME })),
    );
    const status = url.searchParams.get("status");
    const found = runs.filter((run) => status === null || run.status === status).toSorted((a, b) => b.id - a.id);
    const pageNumber = Number(url.searchParams.get("page") ?? 1);
    const workflow_runs = found.slice((pageNumber - 1) * 100, pageNumber * 100);
    return { status: 200, body: { total_count: found.length, workflow_runs } };
  };

const finished = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => 1000 + n);

test("G5: a job that is queued within a run in progress is found", async () => {
  const jobs = { 11: [jobAnswer(1, 11, { status: "completed", conclusion: "success" }), jobAnswer(2, 11)] };
  await using server = await startScriptedServer(serving({ runs: { in_progress: [11] }, jobs }));
  const listing = await makeClient(server.url).client.listActiveJobs("acme/web", 100, GO);
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

test("a repository whose runs fit on one page costs one call for them, and its jobs are read by their latest attempt", async () => {
  await using server = await startScriptedServer(
    serving({ runs: { queued: [11], completed: [9, 10] }, jobs: { 11: [] } }),
  );
  await makeClient(server.url).client.listActiveJobs("acme/web", 100, GO);
  expect(server.seen.map(({ path }) => path)).toEqual([
    "/repos/acme/web/actions/runs?per_page=100",
    "/repos/acme/web/actions/runs/11/jobs?filter=latest&per_page=100",
  ]);
});

test.each(["queued", "waiting", "pending", "in_progress", "requested"])(
  "F1: a run that is %s among the newest hundred is found at once, whatever its siblings wait for",
  async (status) => {
    await using server = await startScriptedServer(
      serving({ runs: { [status]: [11] }, jobs: { 11: [jobAnswer(2, 11)] } }),
    );
    const listing = await makeClient(server.url).client.listActiveJobs("acme/web", 100, GO);
    expect(listing).toMatchObject({ complete: true, items: [{ id: 2, status: "queued" }] });
  },
);

test.each(["queued", "waiting", "pending", "in_progress", "requested"])(
  "F1: a run that is %s and older than the newest hundred is found within a quarter of an hour",
  async (status) => {
    const runs = { [status]: [11], completed: finished(250) };
    await using server = await startScriptedServer(serving({ runs, jobs: { 11: [jobAnswer(2, 11)] } }));
    const { client, clock } = makeClient(server.url);
    const found = new Set<number>();
    for (let minute = 0; minute < 15; minute += 1) {
      for (const { id } of (await client.listActiveJobs("acme/web", 100, GO)).items) found.add(id);
      await clock.advance(60_000);
    }
    expect([...found]).toEqual([2]);
    // One list a sweep, a filtered one each three minutes, and the jobs of what it found.
    expect(server.seen.length).toBeLessThanOrEqual(15 + 6 + 2);
  },
);

test("a newest page that is full of unfinished runs has every status read at once, back to 65 days", async () => {
  const runs = { queued: Array.from({ length: 150 }, (_, n) => 1 + n) };
  await using server = await startScriptedServer(serving({ runs, jobs: {} }));
  const listing = await makeClient(server.url).client.listActiveJobs("acme/web", 10, GO);
  const lists = server.seen.map(({ path }) => path).filter((path) => path.includes("status="));
  expect(lists.slice(0, 2)).toEqual([
    "/repos/acme/web/actions/runs?status=queued&created=%3E%3D2026-08-29&per_page=100",
    "/repos/acme/web/actions/runs?status=waiting&created=%3E%3D2026-08-29&per_page=100",
  ]);
  expect(lists).toHaveLength(5);
  expect(listing.complete).toBe(false);
});

test("F9: more runs than the share are read oldest first, the others in turn, and the listing says so", async () => {
  const jobs = Object.fromEntries([11, 12, 13, 14, 15].map((run) => [run, [jobAnswer(run * 10, run)]]));
  await using server = await startScriptedServer(serving({ runs: { queued: [11, 12, 13, 14, 15] }, jobs }));
  const { client } = makeClient(server.url);
  const reads: (readonly number[])[] = [];
  for (let sweep = 0; sweep < 3; sweep += 1) {
    const listing = await client.listActiveJobs("acme/web", 2, GO);
    expect(listing).toMatchObject({ complete: false, calls: 3, shortfall: expect.stringMatching(/^2 of 5/) });
    reads.push(listing.items.map(({ runId }) => runId));
  }
  expect(reads).toEqual([
    [11, 12],
    [13, 14],
    [15, 11],
  ]);
});

test("a run that is gone takes only its own jobs with it", async () => {
  const jobs = { 11: { status: 404, body: { message: "Not Found" } }, 12: [jobAnswer(2, 12)] };
  await using server = await startScriptedServer(serving({ runs: { queued: [11, 12] }, jobs }));
  const listing = await makeClient(server.url).client.listActiveJobs("acme/web", 100, GO);
  expect(listing).toMatchObject({ complete: true, items: [{ id: 2 }] });
});

test("a run that cannot be read leaves the others, and the listing says so", async () => {
  const jobs = { 11: { status: 500 }, 12: [jobAnswer(2, 12)] };
  await using server = await startScriptedServer(serving({ runs: { queued: [11, 12] }, jobs }));
  const listing = await makeClient(server.url).client.listActiveJobs("acme/web", 100, GO);
  expect(listing).toMatchObject({ complete: false, items: [{ id: 2 }], failure: { code: "unavailable" } });
});

test("a repository that is not there is an error, and no empty listing", async () => {
  await using server = await startScriptedServer(() => ({ status: 404, body: { message: "Not Found" } }));
  expect((await failureOf(makeClient(server.url).client.listActiveJobs("acme/web", 100, GO))).code).toBe("not-found");
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
  await using server = await startScriptedServer(serving({ runs: { queued: [11] }, jobs: { 11: [odd] } }));
  const [job] = (await makeClient(server.url).client.listActiveJobs("acme/web", 100, GO)).items;
  expect(job).toMatchObject({ status: "thinking", conclusion: "bored", labels: [], runnerName: null, runAttempt: 1 });
  expect(job).toMatchObject({ createdAtMs: null, startedAtMs: null });
});

test.for([["acme"], ["acme/web/x"], ["/web"], [""]])(
  "a repository that is no owner/name is refused: %j",
  async ([name = ""]) => {
    const { client } = makeClient("http://127.0.0.1:1");
    await expect(client.listActiveJobs(name, 100, GO)).rejects.toThrow(/owner\/name/);
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
