import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { missingForOwnEngine, OwnEngine } from "../stand-ins/docker/own-engine.ts";
import type { ChainOptions, DockerChain } from "./docker-chain.ts";

const run = promisify(execFile);
const missing = await missingForOwnEngine();
if (missing !== null) console.warn(`Not run: what happens to a troubled engine (${missing})`);
const engineTest = test.skipIf(missing !== null);

let engine: OwnEngine;
let chain: DockerChain | null = null;

beforeAll(async () => {
  if (missing !== null) return;
  engine = new OwnEngine();
  await engine.start();
});

afterEach(async () => {
  if (missing !== null) return;
  engine.thaw();
  await engine.start();
  await chain?.close();
  chain = null;
});

afterAll(async () => engine?.close());

/** The chain on the test's own engine: the modules that know the engine's address are loaded anew. */
async function start(options: Partial<ChainOptions> = {}): Promise<DockerChain> {
  vi.stubEnv("DOCKER_HOST", engine.address);
  vi.resetModules();
  const { startDockerChain } = await import("./docker-chain.ts");
  chain = await startDockerChain({ maxSlots: 4, edge: true, sweepIntervalSeconds: 20, ...options });
  chain.agent.start();
  await chain.agent.waitForLine(/"msg":"link up"/);
  return chain;
}

const queue = (github: LoopbackGitHub, count: number): readonly number[] =>
  github
    .queueMatrix({ repository: "acme/website", labels: ["self-hosted", "nas"], runsForMs: null, count })
    .map(({ id }) => id);

const statusOf = (github: LoopbackGitHub, ids: readonly number[]): readonly string[] =>
  ids.map((id) => github.job(id).status);

async function untilRunning(github: LoopbackGitHub, ids: readonly number[]): Promise<void> {
  await github.waitFor(
    () => statusOf(github, ids).every((status) => status === "in_progress"),
    `${ids.length} jobs to run`,
  );
}

async function finish({ github, containers }: DockerChain, ids: readonly number[]): Promise<void> {
  for (const id of ids) github.completeJob(id);
  await github.waitFor(() => statusOf(github, ids).every((status) => status === "completed"), "the jobs to end");
  expect(ids.map((id) => github.job(id).conclusion)).toEqual(ids.map(() => "success"));
  await expect.poll(containers).toEqual([]);
}

/** How long one job takes from its queueing to its run, milliseconds. */
async function timeToRun(github: LoopbackGitHub): Promise<{ readonly id: number; readonly tookMs: number }> {
  const began = performance.now();
  const [id = 0] = queue(github, 1);
  await untilRunning(github, [id]);
  return { id, tookMs: performance.now() - began };
}

async function docker(...args: readonly string[]): Promise<string> {
  return (await run("docker", ["-H", engine.address, ...args])).stdout.trim();
}

engineTest.each(["SIGTERM", "SIGKILL"] as const)(
  "H19: dockerd ended by %s under two running and two waiting jobs: all four succeed once it is back, none twice",
  async (signal) => {
    const world = await start({ maxSlots: 2 });
    const { github, registered } = world;
    const ids = queue(github, 4);
    await github.waitFor(
      () => statusOf(github, ids).filter((status) => status === "in_progress").length === 2,
      "two jobs",
    );
    await engine.end(signal);
    for (const id of ids.filter((each) => github.job(each).status === "in_progress")) github.completeJob(id);
    await github.waitFor(
      () => statusOf(github, ids).filter((status) => status === "completed").length === 2,
      "their end",
    );
    await engine.start();
    const rest = ids.filter((id) => github.job(id).status !== "completed");
    await untilRunning(github, rest);
    await finish(world, rest);
    expect(registered()).toBe(4);
  },
);

engineTest(
  "H20: dockerd frozen amid creates for longer than a call waits: every job runs after the thaw, and nothing is left",
  async () => {
    const world = await start();
    const { github } = world;
    await world.agent.waitForLine(/"msg":"sweep done"/);
    engine.freeze();
    const ids = queue(github, 4);
    await world.agent.waitForLine(/"msg":"slot wanted"/);
    await world.agent.waitForLine(/was silent for 60 s/);
    engine.thaw();
    await untilRunning(github, ids);
    await finish(world, ids);
  },
);

engineTest("H3: one container's shim is stopped, the agent restarted: the next job starts as fast as any", async () => {
  const world = await start();
  const { github, agent } = world;
  const before = await timeToRun(github);
  const [name = ""] = await world.containers();
  const shim = await engine.shimOf(await docker("inspect", "-f", "{{.Id}}", name));
  process.kill(shim, "SIGSTOP");
  try {
    expect(await agent.stop()).toBe(0);
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    const after = await timeToRun(github);
    const slower = after.tookMs / before.tookMs;
    expect(slower).toBeLessThan(10);
    github.completeJob(after.id);
  } finally {
    process.kill(shim, "SIGCONT");
  }
  await finish(world, [before.id]);
});

engineTest("H4: a container that cannot be removed, in a pool of one: the next job starts within seconds", async () => {
  const world = await start({ maxSlots: 1 });
  const { github } = world;
  const first = await timeToRun(github);
  const [name = ""] = await world.containers();
  const upper = await docker("inspect", "-f", "{{.GraphDriver.Data.UpperDir}}", name);
  mkdirSync(join(upper, "stuck"));
  writeFileSync(join(upper, "stuck/file"), "");
  await run("chattr", ["+i", join(upper, "stuck/file")]);
  try {
    github.completeJob(first.id);
    await github.waitFor(() => github.job(first.id).status === "completed", "its end");
    const second = await timeToRun(github);
    const slower = second.tookMs / first.tookMs;
    expect(slower).toBeLessThan(20);
    github.completeJob(second.id);
    await github.waitFor(() => github.job(second.id).status === "completed", "the second to end");
    expect(await world.containers()).toContain(name);
  } finally {
    await run("chattr", ["-i", join(upper, "stuck/file")]);
  }
  await expect.poll(world.containers).toEqual([]);
});
