import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import type { CheckResult } from "../../../agent/doctor/check/check.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { freshnessOf } from "../doctor/freshness-sample.ts";
import { deadAddress, localServer } from "../../stand-ins/http/local-server.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import { fakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();
const SECRETS = {
  HOOKLINE_TOKEN: "do-not-print-link-token",
  GITHUB_TOKEN: "ghp_do-not-print-github-token",
  GITHUB_WEBHOOK_SECRET: "do-not-print-webhook-secret",
};

/** A chain of which nothing works: edge and Docker do not answer, GitHub knows us not. */
async function deadChain(): Promise<Record<string, string>> {
  const dead = await deadAddress();
  const github = await localServer((_request, response) => response.writeHead(401).end("{}"));
  return { ...SECRETS, HOOKLINE_EDGE_URL: dead, GITHUB_API_URL: github, DOCKER_HOST: dead.replace("http", "tcp") };
}

function resultsOf(report: Record<string, unknown>): Record<string, CheckResult> {
  return Object.fromEntries((report["checks"] as CheckResult[]).map((check) => [check.id, check]));
}

test("a chain that is dead from end to end: every check answers, exit code 1, each failure with its remedy", async () => {
  const io = fakeIo(await deadChain());
  expect(await runCli(["doctor", "--json"], io, STOPPED)).toBe(1);
  const report = io.json();
  expect(Object.keys(report)).toEqual(["ok", "checks", "freshness", "latency"]);
  expect(report).toMatchObject({ ok: false, freshness: null, latency: {} });
  const results = resultsOf(report);
  expect(results["config-pools"]?.status).toBe("pass");
  expect(results["webhook-freshness"]?.status).toBe("skip");
  for (const id of ["edge-reachable", "github-token", "docker-engine"]) {
    expect(results[id]).toMatchObject({ status: "fail", remedy: expect.stringMatching(/./), ms: expect.any(Number) });
  }
  expect(io.err()).toBe("");
});

test("the freshness of the edge and the latency of the journal are in the report", async () => {
  const edge = await localServer((_request, response) => response.end(JSON.stringify(freshnessOf())));
  const io = fakeIo({ ...(await deadChain()), HOOKLINE_EDGE_URL: edge });
  const journal = openJournal(join(io.cwd, "data"));
  const signal = queuedSignal(1);
  new Journal(journal.signals).append("s", [{ seq: 1, signal }], 1, signal.receivedAtMs + 40);
  expect(new SlotRecords(journal.slots).all()).toEqual([]);
  journal.close();
  await runCli(["doctor", "--json"], io, STOPPED);
  const report = io.json();
  expect(report["freshness"]).toMatchObject({ lastDeliveryAt: freshnessOf().lastDeliveryAt, agent: { fence: 3 } });
  expect(report["latency"]).toMatchObject({ link: { p50: 40, p95: 40 } });
  expect(resultsOf(report)["webhook-freshness"]?.status).toBe("pass");
});

test("the agent's journal is read and left as it is, to the last file", async () => {
  const io = fakeIo(await deadChain());
  const folder = join(io.cwd, "data");
  const journal = openJournal(folder);
  const signal = queuedSignal(1);
  new Journal(journal.signals).append("s", [{ seq: 1, signal }], 1, signal.receivedAtMs + 40);
  expect(new SlotRecords(journal.slots).all()).toEqual([]);
  const before = readdirSync(folder).toSorted();
  await runCli(["doctor", "--json"], io, STOPPED);
  expect(readdirSync(folder).toSorted()).toEqual(before);
  journal.close();
});

test("the edge is asked once for all of its checks", async () => {
  let asked = 0;
  const edge = await localServer((_request, response) => {
    asked += 1;
    response.end(JSON.stringify(freshnessOf()));
  });
  await runCli(["doctor", "--json"], fakeIo({ ...(await deadChain()), HOOKLINE_EDGE_URL: edge }), STOPPED);
  expect(asked).toBe(1);
});

test("a person reads one line a check and a summary", async () => {
  const io = fakeIo(await deadChain());
  expect(await runCli(["doctor"], io, STOPPED)).toBe(1);
  expect(io.out()).toMatch(/^ok {4}config-pools .*pools\.yaml: 1 pool\n/m);
  expect(io.out()).toMatch(/^FAIL {2}edge-reachable .*\n {6}→ check .*HOOKLINE_EDGE_URL/m);
  expect(io.out()).toMatch(/\d+ passed, \d+ warned, \d+ failed, \d+ skipped\n$/);
});

test("settings that are missing are failed checks that say which, and the others still run", async () => {
  const { DOCKER_HOST = "" } = await deadChain();
  const told = async (env: Record<string, string>) => {
    const io = fakeIo({ DOCKER_HOST, GITHUB_API_URL: await deadAddress(), ...env });
    expect(await runCli(["doctor", "--json"], io, STOPPED)).toBe(1);
    return resultsOf(io.json());
  };
  const withoutEdge = await told({ GITHUB_TOKEN: "a-token" });
  expect(withoutEdge["edge-reachable"]).toMatchObject({
    status: "fail",
    summary: expect.stringMatching(/^HOOKLINE_EDGE_URL is not set/) as string,
    detail: expect.stringMatching(/^HOOKLINE_TOKEN is not set/) as string,
  });
  expect(withoutEdge["webhook-freshness"]?.status).toBe("skip");
  expect(withoutEdge["docker-engine"]?.status).toBe("fail");
  const withoutGitHub = await told({ HOOKLINE_TOKEN: "a-token" });
  expect(withoutGitHub["github-token"]?.summary).toMatch(/GITHUB_TOKEN.*is not set/s);
});

test("a pools file with errors is one failed check with its lines, and the chain is asked all the same", async () => {
  const io = fakeIo({ ...(await deadChain()), HOOKLINE_CONFIG: "bad.yaml" });
  writeFileSync(join(io.cwd, "bad.yaml"), "version: 3\n");
  expect(await runCli(["doctor", "--json"], io, STOPPED)).toBe(1);
  const results = resultsOf(io.json());
  expect(results["config-pools"]).toMatchObject({ status: "fail", detail: expect.stringContaining("bad.yaml:1") });
  expect(results["docker-engine"]?.status).toBe("fail");
});

test.each<[string, readonly string[], Record<string, string>, string]>([
  ["an unknown option", ["--bogus"], {}, "usage"],
  ["an argument", ["now"], {}, "usage"],
  ["an environment with errors", [], { HOOKLINE_EDGE_URL: "https://me:hunter2@edge.example" }, "config-invalid"],
])("%s ends with 2; under --json scripts get the error as an object", async (_case, args, env, code) => {
  const io = fakeIo(env);
  expect(await runCli(["doctor", ...args, "--json"], io, STOPPED)).toBe(2);
  expect(io.json()).toEqual({
    ok: false,
    error: { code, message: expect.stringMatching(/./), remedy: expect.stringMatching(/./) },
  });
  expect(io.err()).toContain((io.json()["error"] as { message: string }).message);
  expect(io.out() + io.err()).not.toContain("hunter2");
  const plain = fakeIo(env);
  expect(await runCli(["doctor", ...args], plain, STOPPED)).toBe(2);
  expect([plain.out(), plain.err()]).toEqual(["", io.err()]);
});

test.each([401, 403, 500, 200])(
  "promise 11: servers that echo our credentials with %i get none of them printed",
  async (status) => {
    const echo = await localServer(({ headers }, response) => {
      response.writeHead(status, { "content-type": "application/json", "x-echo": headers.authorization ?? "" });
      response.end(JSON.stringify({ message: `you sent ${headers.authorization}`, login: "octocat" }));
    });
    const { DOCKER_HOST = "" } = await deadChain();
    const env = { ...SECRETS, HOOKLINE_EDGE_URL: echo, GITHUB_API_URL: echo, DOCKER_HOST };
    for (const args of [["doctor"], ["doctor", "--json"]]) {
      const io = fakeIo(env);
      await runCli(args, io, STOPPED);
      for (const secret of Object.values(SECRETS)) expect(io.out() + io.err()).not.toContain(secret);
    }
  },
);
