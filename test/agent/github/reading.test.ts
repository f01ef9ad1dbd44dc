import { expect, test } from "vitest";

import {
  failureOf,
  GO,
  JIT,
  limitHeaders,
  makeClient,
  ORGANIZATION,
  runnerAnswer,
  runnersAnswer,
  TOKEN,
} from "./client-fixture.ts";
import { startScriptedServer, type Reply, type SeenRequest } from "./scripted-server.ts";

const page = (request: SeenRequest): number => Number(new URL(request.path, "http://x").searchParams.get("page") ?? 1);

/** Four pages of 100, 100, 100 and 20 runners, each with an ETag of its own. */
function fourPages(request: SeenRequest, faults: Record<number, Reply> = {}): Reply {
  const number = page(request);
  const fault = faults[number];
  if (fault !== undefined) return fault;
  const etag = `"page-${number}"`;
  if (request.headers["if-none-match"] === etag) return { status: 304, headers: { etag } };
  const host = `http://${request.headers["host"]}`;
  const next = `<${host}/organizations/9/actions/runners?per_page=100&page=${number + 1}>; rel="next", <${host}/x?page=4>; rel="last"`;
  const first = (number - 1) * 100 + 1;
  const runners = Array.from({ length: number === 4 ? 20 : 100 }, (_, index) => runnerAnswer(first + index));
  return {
    status: 200,
    headers: { etag, link: number < 4 ? next : `<${host}/x?page=3>; rel="prev", <${host}/x?page=1>; rel="first"` },
    body: runnersAnswer(runners, 320),
  };
}

test("every call says who it is, as GitHub asks", async () => {
  await using server = await startScriptedServer(() => ({ status: 200, body: runnersAnswer([]) }));
  await makeClient(server.url).client.listRunners(ORGANIZATION, GO);
  expect(server.seen[0]?.headers).toMatchObject({
    accept: "application/vnd.github+json",
    authorization: `Bearer ${TOKEN}`,
    "x-github-api-version": "2022-11-28",
  });
  expect(server.seen[0]?.headers["user-agent"]).toMatch(/^hookline\/\d+\.\d+\.\d+/);
});

test("calls go below the path that GitHub Enterprise Server has", async () => {
  await using server = await startScriptedServer(() => ({ status: 200, body: runnersAnswer([]) }));
  await makeClient(`${server.url}/api/v3/`).client.listRunners(ORGANIZATION, GO);
  expect(server.seen[0]?.path).toBe("/api/v3/orgs/acme/actions/runners?per_page=100");
});

test("a list of four pages is read to its end", async () => {
  await using server = await startScriptedServer((request) => fourPages(request));
  const { client } = makeClient(server.url);
  const listing = await client.listRunners(ORGANIZATION, GO);
  expect(listing.complete).toBe(true);
  expect(listing.items.map((runner) => runner.id)).toEqual(Array.from({ length: 320 }, (_, index) => index + 1));
  expect(client.stats().calls).toBe(4);
});

test("promise 14: a list that did not change costs nothing and reads the same", async () => {
  await using server = await startScriptedServer((request) => fourPages(request));
  const { client } = makeClient(server.url);
  const first = await client.listRunners(ORGANIZATION, GO);
  const second = await client.listRunners(ORGANIZATION, GO);
  expect(second).toEqual(first);
  expect(client.stats()).toMatchObject({ calls: 8, notModified: 4, retries: 0 });
});

test("a list that changed is read anew, page by page", async () => {
  let busy = false;
  await using server = await startScriptedServer((request) => {
    const etag = `"${busy}"`;
    if (request.headers["if-none-match"] === etag) return { status: 304 };
    return { status: 200, headers: { etag }, body: runnersAnswer([runnerAnswer(1, "hl-1", { busy })]) };
  });
  const { client } = makeClient(server.url);
  const busyOf = async (): Promise<boolean | undefined> => (await client.listRunners(ORGANIZATION, GO)).items[0]?.busy;
  expect(await busyOf()).toBe(false);
  expect(await busyOf()).toBe(false);
  busy = true;
  expect(await busyOf()).toBe(true);
  expect(await busyOf()).toBe(true);
  expect(client.stats().notModified).toBe(2);
});

test("a 304 that nobody asked for is no list", async () => {
  await using server = await startScriptedServer(() => ({ status: 304 }));
  expect((await failureOf(makeClient(server.url).client.listRunners(ORGANIZATION, GO))).code).toBe("unexpected");
});

test.for<[string, Reply, string]>([
  ["refused", { status: 500, body: { message: "oops" } }, "unavailable"],
  ["unreadable", { status: 200, body: { total_count: 320 } }, "unexpected"],
  ["beyond the limit", { status: 403, headers: { "retry-after": "60" } }, "rate-limited"],
])("a list whose third page is %s is passed on as incomplete, with the reason", async ([, reply, code]) => {
  await using server = await startScriptedServer((request) => fourPages(request, { 3: reply }));
  const listing = await makeClient(server.url).client.listRunners(ORGANIZATION, GO);
  expect(listing).toMatchObject({ complete: false, failure: { code } });
  expect(listing.items).toHaveLength(200);
});

test("a list whose first page fails is no list", async () => {
  await using server = await startScriptedServer((request) => fourPages(request, { 1: { status: 500 } }));
  expect((await failureOf(makeClient(server.url).client.listRunners(ORGANIZATION, GO))).code).toBe("unavailable");
});

test("a list with fewer items than GitHub counts proves no absence", async () => {
  await using server = await startScriptedServer(() => ({ status: 200, body: runnersAnswer([runnerAnswer(1)], 2) }));
  expect(await makeClient(server.url).client.listRunners(ORGANIZATION, GO)).toMatchObject({ complete: false });
});

test("an item that moves to the next page while the list is read counts once", async () => {
  await using server = await startScriptedServer((request) => {
    const last = page(request) === 2;
    return {
      status: 200,
      headers: last ? {} : { link: `<http://${request.headers["host"]}/r?page=2>; rel="next"` },
      body: runnersAnswer(last ? [runnerAnswer(2), runnerAnswer(3)] : [runnerAnswer(1), runnerAnswer(2)], 3),
    };
  });
  const listing = await makeClient(server.url).client.listRunners(ORGANIZATION, GO);
  expect(listing.items.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(listing.complete).toBe(true);
});

test("pages that never end are cut, and the list is incomplete", async () => {
  await using server = await startScriptedServer((request) => ({
    status: 200,
    headers: { link: `<http://${request.headers["host"]}/r?page=2>; rel="next"` },
    body: runnersAnswer([runnerAnswer(1)]),
  }));
  expect(await makeClient(server.url).client.listRunners(ORGANIZATION, GO)).toMatchObject({ complete: false });
  expect(server.seen).toHaveLength(100);
});

test("the token does not follow a next page to another host", async () => {
  await using stranger = await startScriptedServer(() => ({ status: 200, body: runnersAnswer([]) }));
  await using server = await startScriptedServer(() => ({
    status: 200,
    headers: { link: `<${stranger.url}/r?page=2>; rel="next"` },
    body: runnersAnswer([runnerAnswer(1)]),
  }));
  const error = await failureOf(makeClient(server.url).client.listRunners(ORGANIZATION, GO));
  expect(error).toMatchObject({ code: "unexpected" });
  expect(stranger.seen).toEqual([]);
});

test("the token does not follow a redirect to another host", async () => {
  await using stranger = await startScriptedServer(() => ({ status: 200, body: runnersAnswer([]) }));
  await using server = await startScriptedServer(() => ({ status: 302, headers: { location: `${stranger.url}/r` } }));
  await makeClient(server.url).client.listRunners(ORGANIZATION, GO);
  expect(stranger.seen).toHaveLength(1);
  expect(stranger.seen[0]?.headers["authorization"]).toBeUndefined();
});

test.for<[string, Reply]>([
  ["502", { status: 502 }],
  ["503", { status: 503 }],
  ["504", { status: 504 }],
  ["a cut connection", "drop"],
])("a read gets over %s twice, waiting in between", async ([, fault]) => {
  await using server = await startScriptedServer((_, index) =>
    index < 2 ? fault : { status: 200, body: runnersAnswer([]) },
  );
  const { client, clock } = makeClient(server.url);
  const startedAtMs = clock.now();
  expect(await clock.runUntil(client.listRunners(ORGANIZATION, GO))).toEqual({ items: [], complete: true });
  expect(client.stats()).toMatchObject({ calls: 3, retries: 2 });
  // Half of 500 ms, then half of a second.
  expect(clock.now() - startedAtMs).toBe(750);
});

test("a read that fails three times is given up", async () => {
  await using server = await startScriptedServer(() => ({ status: 503 }));
  const { client, clock } = makeClient(server.url);
  expect((await failureOf(clock.runUntil(client.listRunners(ORGANIZATION, GO)))).status).toBe(503);
  expect(server.seen).toHaveLength(3);
});

test("a caller that gives up ends the wait before a repetition", async () => {
  await using server = await startScriptedServer(() => ({ status: 503 }));
  const { client, clock } = makeClient(server.url);
  const abort = new AbortController();
  const call = client.listRunners(ORGANIZATION, abort.signal);
  await expect.poll(() => clock.pending).toBe(1);
  abort.abort(new Error("stop"));
  await expect(call).rejects.toThrow("stop");
  expect(clock.pending).toBe(0);
  expect(server.seen).toHaveLength(1);
});

test.for([[400], [401], [404], [422], [500]])(
  "a read that GitHub answers with %i is not repeated",
  async ([status = 0]) => {
    await using server = await startScriptedServer(() => ({ status, body: { message: "no" } }));
    await failureOf(makeClient(server.url).client.listRunners(ORGANIZATION, GO));
    expect(server.seen).toHaveLength(1);
  },
);

test.for<[string, Reply]>([
  ["a lost answer", "drop"],
  ["a late answer", "hang"],
  ["502", { status: 502 }],
  ["503", { status: 503 }],
])("a registration is never repeated: %s", async ([, fault]) => {
  await using server = await startScriptedServer(() => fault);
  const { client, clock } = makeClient(server.url, { deadlineMs: 200 });
  await failureOf(client.createJitRunner(ORGANIZATION, JIT, GO));
  await failureOf(client.deleteRunner(ORGANIZATION, 7, GO));
  expect(server.seen.map(({ method }) => method)).toEqual(["POST", "DELETE"]);
  expect(clock.pending).toBe(0);
});

test("a registration carries no ETag and is never answered from memory", async () => {
  let id = 0;
  await using server = await startScriptedServer(() => ({
    status: 201,
    headers: { etag: '"same"' },
    body: { runner: runnerAnswer(++id), encoded_jit_config: `jit-${id}` },
  }));
  const { client } = makeClient(server.url);
  expect((await client.createJitRunner(ORGANIZATION, JIT, GO)).encodedJitConfig).toBe("jit-1");
  expect((await client.createJitRunner(ORGANIZATION, JIT, GO)).encodedJitConfig).toBe("jit-2");
  expect(server.seen.every(({ headers }) => headers["if-none-match"] === undefined)).toBe(true);
});

test("the doctor learns who the token is and what is left of its limit", async () => {
  const resetAtMs = 1_800_000_000_000;
  await using server = await startScriptedServer(() => ({
    status: 200,
    headers: limitHeaders(4321, resetAtMs),
    body: { login: "jo" },
  }));
  expect(await makeClient(server.url).client.checkToken(GO)).toMatchObject({
    subject: "jo",
    rateLimit: { limit: 5000, remaining: 4321, resetAtMs },
  });
});
