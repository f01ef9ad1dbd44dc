import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { systemClock } from "../../../agent/clock/system-clock.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import { deadAddress, localServer } from "../../stand-ins/http/local-server.ts";
import { linkFixture } from "../link/link-fixture.ts";
import { serveReceiver } from "../standalone/served-receiver.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const RUNNING = new AbortController().signal;
const TOKEN = "do-not-print-token";
const SECRET = "do-not-print-secret";

/** A real receiver on loopback, and the environment of whoever wants to try it. */
async function edge(): Promise<{ readonly mailbox: LocalMailbox; readonly env: Record<string, string> }> {
  const { mailbox, server } = await serveReceiver({ secrets: { current: SECRET }, tokens: [TOKEN] });
  const env = { HOOKLINE_EDGE_URL: server.url, HOOKLINE_TOKEN: TOKEN, GITHUB_WEBHOOK_SECRET: SECRET };
  return { mailbox, env };
}

async function send(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ readonly code: number; readonly io: FakeIo }> {
  const io = fakeIo(env);
  const code = await runCli(["send-sample", ...args], io, RUNNING);
  expect(io.out() + io.err()).not.toContain("do-not-print");
  return { code, io };
}

test("a sample is stored, and waits while no agent is linked", async () => {
  const { env } = await edge();
  const { code, io } = await send(env);
  expect(code).toBe(0);
  expect(io.out()).toBe("The edge answered 202: stored, as number 1.\nTaken: no agent is linked: it waits.\n");
});

test("in a fresh checkout, which has no pools file yet, the sample is nobody's job and is stored", async () => {
  const { env } = await edge();
  const { code, io } = await send({ ...env, HOOKLINE_CONFIG: "config/pools.yaml" }, "--json");
  expect({ code, ...io.json() }).toMatchObject({ code: 0, status: 202, outcome: "stored" });
});

test("an agent that is linked takes it, and the command says so", async () => {
  const { mailbox, env } = await edge();
  const journal = new Journal(new NodeSql(":memory:"));
  const routes = () => [{ owner: "acme", labels: ["self-hosted", "linux", "nas"] }];
  const { client, told } = linkFixture({ dial: mailbox.dial, clock: systemClock, journal, routes });
  client.start();
  await expect.poll(() => told).toContain("caught up");

  const { code, io } = await send(env, "--json");
  expect(code).toBe(0);
  expect(io.json()).toMatchObject({ ok: true, status: 202, outcome: "stored", seq: 1, taken: "by the agent" });
  expect(told).toContainEqual(expect.stringMatching(/^received \d+$/));
});

test("without the token nobody is asked what became of it, and it says what would help", async () => {
  const { env } = await edge();
  const without = { ...env, HOOKLINE_TOKEN: "" };
  const { code, io } = await send(without);
  expect(code).toBe(0);
  expect(io.out()).toContain("Set HOOKLINE_TOKEN");
});

test.each<[string, (env: Record<string, string>) => Promise<Record<string, string>>, number, RegExp]>([
  [
    "another secret",
    async (env) => ({ ...env, GITHUB_WEBHOOK_SECRET: "do-not-print-other" }),
    1,
    /401.*\n.*WEBHOOK_SECRET/,
  ],
  [
    "nobody at the address",
    async (env) => ({ ...env, HOOKLINE_EDGE_URL: await deadAddress() }),
    1,
    /reached.*\n.*pnpm@12 dev/,
  ],
  ["a stranger at the address", async (env) => ({ ...env, HOOKLINE_EDGE_URL: await stranger() }), 1, /no Hookline/],
  ["no address", async (env) => ({ ...env, HOOKLINE_EDGE_URL: "" }), 2, /HOOKLINE_EDGE_URL: is not set/],
  ["no secret", async (env) => ({ ...env, GITHUB_WEBHOOK_SECRET: "" }), 2, /GITHUB_WEBHOOK_SECRET: is not set/],
])("%s is named, with its remedy", async (_what, change, expected, words) => {
  const { env } = await edge();
  const { code, io } = await send(await change(env));
  expect([code, io.err()]).toEqual([expected, expect.stringMatching(words)]);
});

function stranger(): Promise<string> {
  return localServer((_request, response) => response.end("<html>hello</html>"));
}
