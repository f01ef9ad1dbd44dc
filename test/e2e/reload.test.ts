import { readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";

import { stringify } from "yaml";
import { expect, onTestFinished, test } from "vitest";

import { startGitHub } from "../stand-ins/github/start-github.ts";
import { systemClock } from "../../agent/clock/system-clock.ts";
import { deadAddress } from "../stand-ins/http/local-server.ts";
import { AgentProcess } from "./agent-process.ts";

const TAKEN = /"msg":"pools file taken up"/;

const poolsOf = (...labels: readonly string[]): object => ({
  version: 2,
  pools: [{ key: "nas", organization: "acme", allowedRepositories: ["acme/web"], labels }],
});

/** The daemon as a process, on a machine without an engine. */
async function daemon(): Promise<AgentProcess> {
  const github = await startGitHub({ clock: systemClock });
  onTestFinished(() => github.close());
  github.addOrganization("acme");
  github.addRepository("acme/web");
  const agent = new AgentProcess({
    instance: "nas",
    edge: null,
    githubApiUrl: github.apiUrl,
    githubToken: github.addToken(),
    pools: poolsOf("nas"),
    sweepIntervalSeconds: 60,
    env: { DOCKER_HOST: (await deadAddress()).replace("http", "tcp") },
  });
  onTestFinished(() => agent.close());
  agent.start();
  await agent.waitForLine(/"msg":"pools file is watched"/);
  return agent;
}

test("promise 20: an edit in place, by rename and in two pieces is taken up by itself, without a restart", async () => {
  const agent = await daemon();
  writeFileSync(agent.poolsFile, stringify(poolsOf("nas", "first")));
  expect(await agent.waitForLine(TAKEN)).toContain("first");
  writeFileSync(`${agent.poolsFile}.tmp`, stringify(poolsOf("nas", "second")));
  renameSync(`${agent.poolsFile}.tmp`, agent.poolsFile);
  await agent.waitForLine(/"msg":"pools file taken up".*second/);
  truncateSync(agent.poolsFile, 10);
  writeFileSync(agent.poolsFile, stringify(poolsOf("nas", "third")));
  await agent.waitForLine(/"msg":"pools file taken up".*third/);
});

test("hookline reload says what became of it: taken, the same, or refused with the place; SIGHUP does it too", async () => {
  const agent = await daemon();
  const same = agent.command("reload", "--json");
  expect(await same.exited()).toBe(0);
  expect(JSON.parse(same.output.join("\n"))).toEqual({ ok: true, changed: false, pools: ["nas"], secrets: [] });
  const good = readFileSync(agent.poolsFile, "utf8");
  writeFileSync(agent.poolsFile, good.replace("labels", "lables"));
  const refused = agent.command("reload");
  expect(await refused.exited()).toBe(2);
  expect(refused.output.join("\n")).toMatch(/pools\.yaml:\d+.*lables/);
  writeFileSync(agent.poolsFile, stringify(poolsOf("nas", "hup")));
  process.kill(agent.pid ?? 0, "SIGHUP");
  await agent.waitForLine(/"msg":"pools file taken up".*hup/);
  expect(await agent.stop()).toBe(0);
});
