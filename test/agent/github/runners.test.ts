import { expect, test } from "vitest";

import {
  failureOf,
  GO,
  JIT,
  makeClient,
  ORGANIZATION,
  REPOSITORY,
  runnerAnswer,
  runnersAnswer,
} from "./client-fixture.ts";
import { startScriptedServer, type Reply } from "./scripted-server.ts";

test("a registration asks for exactly the runner that was planned, and gives what its container needs", async () => {
  await using server = await startScriptedServer(() => ({
    status: 201,
    body: { runner: runnerAnswer(23, "hl-1"), encoded_jit_config: "abc123" },
  }));
  const { client } = makeClient(server.url);
  const runner = await client.createJitRunner(REPOSITORY, JIT, GO);
  expect(runner).toEqual({ runnerId: 23, encodedJitConfig: "abc123", labels: ["self-hosted"] });
  expect(server.seen[0]).toMatchObject({
    method: "POST",
    path: "/repos/jo/tools/actions/runners/generate-jitconfig",
    body: { name: "hl-1", runner_group_id: 1, labels: ["self-hosted", "linux"], work_folder: "_work" },
  });
  expect(server.seen[0]?.headers["content-type"]).toBe("application/json");
});

test("twenty registrations run at the same time", async () => {
  let open = 0;
  let most = 0;
  await using server = await startScriptedServer(() => {
    open += 1;
    most = Math.max(most, open);
    // The script sees request after request; only calls that wait for no other get all in before the last answer.
    return open < 20 ? "hang" : { status: 201, body: { runner: runnerAnswer(20), encoded_jit_config: "last" } };
  });
  const { client } = makeClient(server.url);
  const abort = new AbortController();
  const first = await Promise.race(
    Array.from({ length: 20 }, () => client.createJitRunner(ORGANIZATION, JIT, abort.signal)),
  );
  abort.abort();
  expect(first.encodedJitConfig).toBe("last");
  expect(most).toBe(20);
});

test.for<[number, string]>([
  [204, "deleted"],
  [404, "gone"],
  [422, "busy"],
])("taking a runner away understands %i as %s", async ([status, result]) => {
  await using server = await startScriptedServer(() =>
    status === 204 ? { status } : { status, body: { message: "no" } },
  );
  expect(await makeClient(server.url).client.deleteRunner(ORGANIZATION, 7, GO)).toBe(result);
  expect(server.seen[0]).toMatchObject({ method: "DELETE", path: "/orgs/acme/actions/runners/7" });
});

test("taking a runner away does not take a refusal for an answer about the runner", async () => {
  await using server = await startScriptedServer(() => ({ status: 403, body: { message: "Forbidden" } }));
  expect((await failureOf(makeClient(server.url).client.deleteRunner(ORGANIZATION, 7, GO))).code).toBe("forbidden");
});

test("the inventory tells online, busy and labels, whatever status comes next", async () => {
  const labels = [{ name: "self-hosted" }, { id: 3, name: "GPU", type: "custom" }];
  const runner = {
    ...runnerAnswer(7, "hl-7"),
    status: "hibernating",
    busy: true,
    labels,
    ephemeral: true,
    version: "2.337.0",
  };
  await using server = await startScriptedServer(() => ({ status: 200, body: runnersAnswer([runner]) }));
  const { items } = await makeClient(server.url).client.listRunners(REPOSITORY, GO);
  expect(items).toEqual([{ id: 7, name: "hl-7", status: "hibernating", busy: true, labels: ["self-hosted", "GPU"] }]);
  expect(server.seen[0]?.path).toBe("/repos/jo/tools/actions/runners?per_page=100");
});

test("a runner is found by its whole name only", async () => {
  await using server = await startScriptedServer(() => ({
    status: 200,
    body: runnersAnswer([runnerAnswer(1, "hl-10"), runnerAnswer(2, "hl-1")]),
  }));
  const { client } = makeClient(server.url);
  expect(await client.findRunner(ORGANIZATION, "hl-1", GO)).toMatchObject({ id: 2 });
  expect(await client.findRunner(ORGANIZATION, "hl", GO)).toBeNull();
  expect(server.seen[0]?.path).toBe("/orgs/acme/actions/runners?name=hl-1&per_page=100");
});

test("a runner is not called missing when the list was cut short", async () => {
  await using server = await startScriptedServer((request, index) => {
    const link = `<http://${request.headers["host"]}/r?page=2>; rel="next"`;
    return index === 0
      ? { status: 200, headers: { link }, body: runnersAnswer([runnerAnswer(1)], 2) }
      : { status: 500 };
  });
  expect((await failureOf(makeClient(server.url).client.findRunner(ORGANIZATION, "hl-2", GO))).code).toBe(
    "unavailable",
  );
});

test("names that would change the path are sent as names", async () => {
  await using server = await startScriptedServer(() => ({ status: 200, body: runnersAnswer([]) }));
  const { client } = makeClient(server.url);
  await client.listRunners({ kind: "organization", organization: "../user" }, GO);
  await client.findRunner(ORGANIZATION, "a&per_page=1#x", GO);
  expect(server.seen.map(({ path }) => path)).toEqual([
    "/orgs/..%2Fuser/actions/runners?per_page=100",
    "/orgs/acme/actions/runners?name=a%26per_page%3D1%23x&per_page=100",
  ]);
});

const groups = (all: readonly { id: number; name: string }[]): Reply => ({
  status: 200,
  body: { total_count: all.length, runner_groups: all },
});

test("a runner group is looked up once, whatever the case of its name and however many jobs wait", async () => {
  await using server = await startScriptedServer(() =>
    groups([
      { id: 1, name: "Default" },
      { id: 9, name: "NAS" },
    ]),
  );
  const { client } = makeClient(server.url);
  const ids = await Promise.all(["nas", "NAS", "default"].map((name) => client.runnerGroupId("acme", name, GO)));
  expect(ids).toEqual([9, 9, 1]);
  expect(await client.runnerGroupId("Acme", "nas", GO)).toBe(9);
  expect(server.seen).toHaveLength(1);
});

test("an operator learns which runner groups there are when the one of the pool is missing", async () => {
  let all = [{ id: 1, name: "Default" }];
  await using server = await startScriptedServer(() => groups(all));
  const { client } = makeClient(server.url);
  const error = await failureOf(client.runnerGroupId("acme", "nas", GO));
  expect(error).toMatchObject({ code: "not-found" });
  expect(error.message).toMatch(/no runner group "nas"; it has "Default"/);
  expect(error.remedy).toMatch(/runnerGroup/);
  all = [...all, { id: 4, name: "nas" }];
  expect(await client.runnerGroupId("acme", "nas", GO)).toBe(4);
});

test("a runner group that was made anew is looked up again after a registration failed", async () => {
  let id = 4;
  await using server = await startScriptedServer(({ method }) =>
    method === "POST" ? { status: 404, body: { message: "Not Found" } } : groups([{ id, name: "nas" }]),
  );
  const { client } = makeClient(server.url);
  expect(await client.runnerGroupId("acme", "nas", GO)).toBe(4);
  id = 5;
  await failureOf(client.createJitRunner(ORGANIZATION, { ...JIT, runnerGroupId: 4 }, GO));
  expect(await client.runnerGroupId("acme", "nas", GO)).toBe(5);
});
