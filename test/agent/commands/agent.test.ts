import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { runAgent } from "../../../agent/commands/agent.ts";
import { runCli } from "../../../agent/commands/commands.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { deadAddress } from "../../stand-ins/http/local-server.ts";
import { fakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();
const TOKEN = "ghp_do-not-print-me";
const ENV = { GITHUB_TOKEN: TOKEN };

async function offline(): Promise<Record<string, string>> {
  const dead = await deadAddress();
  return { ...ENV, GITHUB_API_URL: dead, DOCKER_HOST: dead.replace("http", "tcp") };
}

test("an agent that is told to stop stops, with its journal in place and exit code 0", async () => {
  const io = fakeIo(await offline());
  expect(await runCli(["agent"], io, STOPPED)).toBe(0);
  expect(existsSync(join(io.cwd, "data", "journal.db"))).toBe(true);
  expect(io.err()).toBe("");
});

test("promise 20: a SIGHUP that comes while the agent starts, or waits for its disk, does not end it", async () => {
  const before = process.listenerCount("SIGHUP");
  const running = runAgent([], fakeIo(await offline()), STOPPED);
  expect(process.listenerCount("SIGHUP")).toBeGreaterThan(before);
  await running;
  expect(process.listenerCount("SIGHUP")).toBe(before);
});

test("the journal is free for the next start once the agent has ended", async () => {
  const io = fakeIo(await offline());
  for (let start = 0; start < 3; start += 1) expect(await runCli(["agent"], io, STOPPED)).toBe(0);
  const journal = openJournal(join(io.cwd, "data"));
  expect(new Journal(journal.signals).cursor()).toBeNull();
  journal.close();
});

test.each<[string, Record<string, string>, RegExp]>([
  ["no credential for GitHub", {}, /GITHUB_TOKEN.*is not set; set it/s],
  ["an edge without its token", { ...ENV, HOOKLINE_EDGE_URL: "https://edge.example" }, /HOOKLINE_TOKEN.*is not set/s],
  ["an edge over plain HTTP", { ...ENV, HOOKLINE_EDGE_URL: "http://edge.example" }, /HOOKLINE_EDGE_URL.*https/s],
  [
    "a pools file that is not there",
    { ...ENV, HOOKLINE_CONFIG: "none.yaml" },
    /none\.yaml.*cannot be read.*HOOKLINE_CONFIG/s,
  ],
  ["a Docker host that is none", { ...ENV, DOCKER_HOST: "ssh://nas" }, /DOCKER_HOST/],
])("%s ends the agent with 2 before anything is touched", async (_case, env, message) => {
  const io = fakeIo(env);
  expect(await runCli(["agent"], io, STOPPED)).toBe(2);
  expect(io.err()).toMatch(message);
  expect(io.err()).not.toContain(TOKEN);
  expect(existsSync(join(io.cwd, "data"))).toBe(false);
});

test("a journal that cannot be opened ends the agent with 1, the folder and the remedy", async () => {
  const io = fakeIo(await offline());
  writeFileSync(join(io.cwd, "data"), "not a folder");
  expect(await runCli(["agent"], io, STOPPED)).toBe(1);
  expect(io.err()).toContain(join(io.cwd, "data"));
  expect(io.err()).toContain("make the folder writable");
});

test("a start that fails ends the agent with 1 and the reason; it neither hangs nor dies of an unhandled error", async () => {
  const io = fakeIo(await offline());
  const data = join(io.cwd, "data");
  mkdirSync(data);
  const spoilt = openJournal(data);
  new Journal(spoilt.signals).append("stream-1", [{ seq: 1, signal: queuedSignal(1) }], 1, 0);
  spoilt.signals.exec("DROP TABLE drains");
  spoilt.close();
  expect(await runCli(["agent"], io, new AbortController().signal)).toBe(1);
  expect(io.err()).toMatch(/drains/);
});
