import { expect, test } from "vitest";

import { GO, makeClient, ORGANIZATION } from "./client-fixture.ts";
import { startScriptedServer } from "./scripted-server.ts";

const HOUR_MS = 60 * 60_000;

test("promise 15: GitHub's time is what its last answer said, and the time that went by; unknown once the clock is set", async () => {
  let dateMs = Date.UTC(2026, 10, 25, 12, 0, 0);
  await using server = await startScriptedServer(() => ({
    status: 200,
    headers: { date: new Date(dateMs).toUTCString() },
    body: { total_count: 0, runners: [] },
  }));
  const { client, clock } = makeClient(server.url);
  expect(client.serverNowMs()).toBeNull();
  await client.listRunners(ORGANIZATION, GO);
  await clock.advance(90_000);
  expect(client.serverNowMs()).toBe(dateMs + 90_000);
  clock.set(-8 * HOUR_MS);
  expect(client.serverNowMs()).toBeNull();
  dateMs += 2 * HOUR_MS;
  await client.listRunners(ORGANIZATION, GO);
  expect(client.serverNowMs()).toBe(dateMs);
});
