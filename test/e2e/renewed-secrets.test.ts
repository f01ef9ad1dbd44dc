import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { systemClock } from "../../agent/clock/system-clock.ts";
import { startLocalEdge, type LocalEdge } from "../stand-ins/edge/local-edge.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { startGitHub } from "../stand-ins/github/start-github.ts";
import { FakeEngine, NOTHING_RUNS } from "../stand-ins/docker/fake-engine.ts";
import { AgentProcess } from "./agent-process.ts";

const POOLS = { version: 2, pools: [{ key: "nas", organization: "acme", allowedRepositories: ["acme/web"] }] };
const WEBHOOK_SECRET = "w".repeat(32);

/** A file with a secret, replaced as people do it: in place, or by another file that takes its name. */
function secretFile(secret: string) {
  const path = join(temporaryFolder(), "secret");
  const inPlace = (text: string): void => writeFileSync(path, `${text}\n`, { mode: 0o600 });
  inPlace(secret);
  const byRename = (text: string): void => {
    writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  return { path, inPlace, byRename };
}

async function loopback(): Promise<LoopbackGitHub> {
  const github = await startGitHub({ clock: systemClock });
  onTestFinished(() => github.close());
  github.addOrganization("acme");
  github.addRepository("acme/web");
  return github;
}

/** The daemon as a process, on an engine where nothing runs. */
async function daemon(github: LoopbackGitHub, env: Readonly<Record<string, string>>): Promise<AgentProcess> {
  const engine = await FakeEngine.start({ answer: NOTHING_RUNS });
  onTestFinished(() => engine.stop());
  const agent = new AgentProcess({
    instance: "nas",
    edge: null,
    githubApiUrl: github.apiUrl,
    githubToken: github.addToken(),
    pools: POOLS,
    sweepIntervalSeconds: 1,
    env: { DOCKER_HOST: `unix://${engine.host.socketPath}`, ...env },
  });
  onTestFinished(() => agent.close());
  agent.start();
  return agent;
}

/** The output from here on holds no word of these. */
function expectNoSecret(agent: AgentProcess, ...secrets: readonly string[]): void {
  for (const secret of secrets) expect(agent.output.join("\n")).not.toContain(secret);
}

const CLEAN = /"msg":"sweep done".*"failures":0/;

test.each(["inPlace", "byRename"] as const)(
  "promise 20: a GitHub token that was revoked and replaced in its file (%s) is read anew without a restart",
  async (how) => {
    const github = await loopback();
    const [first, second] = [github.addToken(), github.addToken()];
    const file = secretFile(first);
    const agent = await daemon(github, { GITHUB_TOKEN: "", GITHUB_TOKEN_FILE: file.path });
    await agent.waitForLine(CLEAN);
    github.revokeToken(first);
    await agent.waitForLine(/"code":"unauthorized"|Bad credentials/);
    const seen = agent.output.length;
    file[how](second);
    await agent.waitForLine(/"msg":"secret read anew".*GITHUB_TOKEN_FILE/);
    await expect.poll(() => agent.output.slice(seen).some((line) => CLEAN.test(line))).toBe(true);
    expectNoSecret(agent, first, second);
  },
);

test("promise 20: a link token that the edge refuses is read anew from its file, and the link comes up", async () => {
  const github = await loopback();
  const [first, second] = ["1".repeat(40), "2".repeat(40)];
  const edges: LocalEdge[] = [await startLocalEdge({ webhookSecret: WEBHOOK_SECRET, token: first })];
  onTestFinished(async () => void (await Promise.all(edges.map((edge) => edge.close()))));
  const [{ url, port }] = edges as [LocalEdge];
  const file = secretFile(first);
  const agent = await daemon(github, { HOOKLINE_EDGE_URL: url, HOOKLINE_TOKEN: "", HOOKLINE_TOKEN_FILE: file.path });
  await agent.waitForLine(/"msg":"link up"/);
  await edges.pop()?.close();
  edges.push(await startLocalEdge({ webhookSecret: WEBHOOK_SECRET, token: second, port }));
  await agent.waitForLine(/"msg":"link down".*the edge answered 401/);
  const seen = agent.output.length;
  file.byRename(second);
  await expect.poll(() => agent.output.slice(seen).some((line) => line.includes('"msg":"link up"'))).toBe(true);
  expectNoSecret(agent, first, second);
});

test("promise 20: a secret's file that cannot be used is named with its owner, mode and the cure, and the agent goes on", async () => {
  const github = await loopback();
  const [first, second] = [github.addToken(), github.addToken()];
  const file = secretFile(first);
  const agent = await daemon(github, { GITHUB_TOKEN: "", GITHUB_TOKEN_FILE: file.path });
  await agent.waitForLine(CLEAN);
  writeFileSync(file.path, "");
  chmodSync(file.path, 0o640);
  github.revokeToken(first);
  const said = await agent.waitForLine(/"msg":"secret not read anew/);
  expect(said).toMatch(/GITHUB_TOKEN_FILE.*secret.*empty.*owner \d+:\d+, mode 0640/);
  const seen = agent.output.length;
  file.inPlace(second);
  await expect.poll(() => agent.output.slice(seen).some((line) => CLEAN.test(line))).toBe(true);
  expectNoSecret(agent, first, second);
});
