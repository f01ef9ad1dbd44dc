import { expect, test } from "vitest";

import {
  failureOf,
  GO,
  JIT,
  limitHeaders,
  makeClient,
  ORGANIZATION,
  REPOSITORY,
  runnerAnswer,
  runnersAnswer,
} from "./client-fixture.ts";
import { startScriptedServer, type Reply } from "./scripted-server.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

const START_MS = new VirtualClock().now();
const FINE: Reply = { status: 200, body: runnersAnswer([]) };
const JIT_FINE: Reply = { status: 201, body: { runner: runnerAnswer(1), encoded_jit_config: "jit" } };

/** Refuses the first read with `refusal`, then behaves. */
const refusing = (refusal: Reply) =>
  startScriptedServer(({ method }, index) => (method === "POST" ? JIT_FINE : index === 0 ? refusal : FINE));

test.for<[string, Reply, number]>([
  ["403 with retry-after", { status: 403, headers: { "retry-after": "90" } }, 90_000],
  ["429 with retry-after", { status: 429, headers: { "retry-after": "7" } }, 7_000],
  [
    "retry-after before the reset",
    { status: 429, headers: { "retry-after": "5", ...limitHeaders(0, START_MS + 900_000) } },
    5_000,
  ],
  [
    "retry-after as a date",
    { status: 429, headers: { "retry-after": new Date(START_MS + 42_000).toUTCString() } },
    42_000,
  ],
  ["an empty bucket", { status: 403, headers: limitHeaders(0, START_MS + 1_234_000) }, 1_234_000],
  [
    "a secondary limit that only says so",
    {
      status: 403,
      headers: limitHeaders(4000, START_MS + 900_000),
      body: { message: "You have exceeded a secondary rate limit." },
    },
    60_000,
  ],
  ["429 without any header", { status: 429 }, 60_000],
  ["a reset that has passed by our clock", { status: 403, headers: limitHeaders(0, START_MS - 5_000) }, 60_000],
  ["a reset of next year", { status: 403, headers: limitHeaders(0, START_MS + 86_400_000 * 365) }, 61 * 60_000],
])("polling rests exactly as long as GitHub asks: %s", async ([, refusal, restMs]) => {
  await using server = await refusing(refusal);
  const { client, clock } = makeClient(server.url);
  const refused = await failureOf(client.listRunners(ORGANIZATION, GO));
  expect(refused).toMatchObject({ code: "rate-limited", retryAtMs: START_MS + restMs });
  expect(client.stats().closedUntilMs).toBe(START_MS + restMs);

  await clock.advance(restMs - 1);
  const spared = await failureOf(client.listActiveJobs("acme/web", 100, GO));
  expect(spared).toMatchObject({ code: "rate-limited", retryAtMs: START_MS + restMs, status: null });
  expect(server.seen).toHaveLength(1);

  await clock.advance(1);
  expect(await client.listRunners(ORGANIZATION, GO)).toMatchObject({ complete: true });
  expect(client.stats().closedUntilMs).toBeNull();
});

test("a job that waits is served while polling rests", async () => {
  await using server = await refusing({ status: 429, headers: { "retry-after": "600" } });
  const { client } = makeClient(server.url);
  await failureOf(client.listRunners(ORGANIZATION, GO));
  expect(await client.createJitRunner(ORGANIZATION, JIT, GO)).toMatchObject({ runnerId: 1 });
  expect(await client.findRunner(ORGANIZATION, "hl-1", GO)).toBeNull();
  expect(server.seen).toHaveLength(3);
});

test("the last call of a bucket is not followed by one that would be refused", async () => {
  await using server = await startScriptedServer(() => ({ ...FINE, headers: limitHeaders(0, START_MS + 30_000) }));
  const { client, clock } = makeClient(server.url);
  await client.listRunners(ORGANIZATION, GO);
  expect((await failureOf(client.listRunners(ORGANIZATION, GO))).retryAtMs).toBe(START_MS + 30_000);
  await clock.advance(30_000);
  await client.listRunners(ORGANIZATION, GO);
  expect(server.seen).toHaveLength(2);
});

test("an empty bucket of registrations does not stop polling", async () => {
  const headers = limitHeaders(0, START_MS + 900_000, "actions_runner_registration");
  await using server = await startScriptedServer(({ method }) => (method === "POST" ? { status: 403, headers } : FINE));
  const { client } = makeClient(server.url);
  expect(await failureOf(client.createJitRunner(REPOSITORY, JIT, GO))).toMatchObject({
    code: "rate-limited",
    retryAtMs: START_MS + 900_000,
  });
  expect(await client.listRunners(ORGANIZATION, GO)).toMatchObject({ complete: true });
});

test("a secondary limit met by a registration stops polling too", async () => {
  await using server = await startScriptedServer(() => ({ status: 403, headers: { "retry-after": "60" } }));
  const { client } = makeClient(server.url);
  await failureOf(client.createJitRunner(REPOSITORY, JIT, GO));
  await failureOf(client.listRunners(ORGANIZATION, GO));
  expect(server.seen).toHaveLength(1);
});

test("a missing permission is no limit, and stops nothing", async () => {
  await using server = await refusing({
    status: 403,
    headers: limitHeaders(4000, START_MS + 900_000),
    body: { message: "Resource not accessible by integration" },
  });
  const { client } = makeClient(server.url);
  expect((await failureOf(client.listRunners(ORGANIZATION, GO))).code).toBe("forbidden");
  expect(await client.listRunners(ORGANIZATION, GO)).toMatchObject({ complete: true });
});

test("what is left of each bucket can be seen", async () => {
  await using server = await startScriptedServer(({ method }) =>
    method === "POST"
      ? { ...JIT_FINE, headers: limitHeaders(9_999, START_MS + 1_000, "actions_runner_registration") }
      : { ...FINE, headers: limitHeaders(4_000, START_MS + 2_000) },
  );
  const { client } = makeClient(server.url);
  await client.createJitRunner(ORGANIZATION, JIT, GO);
  await client.listRunners(ORGANIZATION, GO);
  expect(client.stats().rateLimits).toEqual([
    { resource: "actions_runner_registration", limit: 5000, remaining: 9_999, resetAtMs: START_MS + 1_000 },
    { resource: "core", limit: 5000, remaining: 4_000, resetAtMs: START_MS + 2_000 },
  ]);
});
