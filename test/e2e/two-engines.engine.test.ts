import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { dockerAvailable } from "../stand-ins/docker/engine.ts";
import { missingForOwnEngine, OwnEngine } from "../stand-ins/docker/own-engine.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "./docker-chain.ts";

const run = promisify(execFile);
const missing = dockerAvailable ? await missingForOwnEngine() : "there is no engine here";
if (missing !== null) console.warn(`Not run: two engines (${missing})`);
const engineTest = test.skipIf(missing !== null);

let mini: OwnEngine;
let chain: DockerChain | null = null;

beforeAll(async () => {
  if (missing !== null) return;
  mini = new OwnEngine({ tls: true });
  await mini.start();
});

afterEach(async () => {
  if (missing !== null) return;
  mini.thaw();
  await mini.start();
  await chain?.close();
  chain = null;
  const left = await onMini();
  if (left.length > 0) await run("docker", ["-H", mini.address, "rm", "-f", ...left]);
});

afterAll(async () => mini?.close());

/** The chain, its pool on the second engine first and on the usual one where that does not answer. */
async function start(): Promise<DockerChain> {
  const pool = { engine: ["mini", "local"] };
  const engines = { mini: mini.setting };
  const started = await startDockerChain({ maxSlots: 4, edge: true, sweepIntervalSeconds: 30, pool, engines });
  chain = started;
  const { image } = started.agentOptions.pools as { readonly image: string };
  await run("sh", ["-c", `docker save "$1" | docker -H "$2" load`, "sh", image, mini.address]);
  started.agent.start();
  await started.agent.waitForLine(/"msg":"link up"/);
  return started;
}

async function onMini(): Promise<readonly string[]> {
  const { stdout } = await run("docker", ["-H", mini.address, "ps", "-aq"]);
  return stdout.split("\n").filter((line) => line !== "");
}

/** How long one job takes from its queueing to its run, milliseconds. */
async function timeToRun(github: LoopbackGitHub): Promise<{ readonly id: number; readonly tookMs: number }> {
  const began = performance.now();
  const [queued] = github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: null, count: 1 });
  const id = queued?.id ?? 0;
  await github.waitFor(() => github.job(id).status === "in_progress", "the job to run");
  return { id, tookMs: performance.now() - began };
}

async function finish(github: LoopbackGitHub, ids: readonly number[]): Promise<void> {
  for (const id of ids) github.completeJob(id);
  await github.waitFor(() => ids.every((id) => github.job(id).status === "completed"), "the jobs to end");
  expect(ids.map((id) => github.job(id).conclusion)).toEqual(ids.map(() => "success"));
}

engineTest.each(["stopped", "frozen"] as const)(
  "promise 16: of two engines one is %s: its jobs start on the other, what ran there goes on and is adopted",
  async (how) => {
    const { agent, github, containers, registered } = await start();
    const before = await timeToRun(github);
    expect([(await onMini()).length, await containers()]).toEqual([1, []]);
    if (how === "stopped") await mini.end("SIGTERM");
    else mini.freeze();
    const meanwhile = await timeToRun(github);
    expect((await containers()).length).toBe(1);
    console.log(
      `${how}: ${Math.round(before.tookMs)} ms before, ${Math.round(meanwhile.tookMs)} ms on the other engine`,
    );
    const slower = meanwhile.tookMs / before.tookMs;
    expect(slower).toBeLessThan(20);
    if (how === "stopped") await mini.start();
    else mini.thaw();
    await agent.waitForLine(/"msg":"engine answers again"/);
    const after = await timeToRun(github);
    expect((await onMini()).length).toBe(2);
    await finish(github, [before.id, meanwhile.id, after.id]);
    await expect.poll(async () => [...(await onMini()), ...(await containers())]).toEqual([]);
    expect([registered(), github.runners().length]).toEqual([3, 0]);
  },
);
