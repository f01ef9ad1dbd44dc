import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { dockerAvailable } from "../stand-ins/docker/engine.ts";
import { missingForOwnEngine } from "../stand-ins/docker/own-engine.ts";
import { SwarmCluster } from "../stand-ins/docker/swarm-cluster.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "./docker-chain.ts";

const run = promisify(execFile);
const missing = dockerAvailable ? await missingForOwnEngine() : "there is no engine here";
if (missing !== null) console.warn(`Not run: a swarm of three nodes (${missing})`);
const swarmTest = test.skipIf(missing !== null);

let cluster: SwarmCluster;
let chain: DockerChain | null = null;

beforeAll(async () => {
  if (missing !== null) return;
  cluster = new SwarmCluster();
  await cluster.start();
});

afterEach(async () => {
  await chain?.close();
  chain = null;
});

afterAll(async () => cluster?.close());

/** The chain, its pool on the swarm alone. Nodes reach the loopback GitHub by the bridge that they share. */
async function start(maxSlots: number): Promise<DockerChain> {
  const pool = { engine: "swarm" };
  const engines = { swarm: { host: cluster.address(0), swarm: true } };
  const github = { runnerHost: cluster.hostAddress, lostRunnerMs: 15_000 };
  const started = await startDockerChain({ maxSlots, edge: true, sweepIntervalSeconds: 20, pool, engines, github });
  chain = started;
  const { image } = started.agentOptions.pools as { readonly image: string };
  for (const n of [0, 1, 2])
    await run("sh", ["-c", `docker save "$1" | docker -H "$2" load`, "sh", image, cluster.address(n)]);
  started.agent.start();
  await started.agent.waitForLine(/"msg":"link up"/);
  return started;
}

const queue = (github: LoopbackGitHub, count: number, runsForMs: number | null): readonly number[] =>
  github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs, count }).map(({ id }) => id);

const inState = (github: LoopbackGitHub, ids: readonly number[], status: string): number =>
  ids.filter((id) => github.job(id).status === status).length;

/** Containers on all nodes, running or not. */
async function containers(): Promise<readonly string[]> {
  const listed = await Promise.all([0, 1, 2].map((n) => cluster.docker(n, "ps", "-aq")));
  return listed.flatMap((text) => text.split("\n")).filter((line) => line !== "");
}

const services = async (): Promise<readonly string[]> =>
  (await cluster.docker(0, "service", "ls", "-q")).split("\n").filter((line) => line !== "");

swarmTest("30 jobs in bursts over three nodes run once each, and nothing of ours is left", async () => {
  const { github, registered } = await start(12);
  const ids = [...queue(github, 12, 500), ...queue(github, 10, 500), ...queue(github, 8, 500)];
  await github.waitFor(() => inState(github, ids, "completed") === 30, "30 jobs to end");
  expect(ids.map((id) => github.job(id).conclusion)).toEqual(ids.map(() => "success"));
  await expect.poll(async () => [...(await services()), ...(await containers())]).toEqual([]);
  expect([registered(), github.runners().length]).toEqual([30, 0]);
});

swarmTest("the manager's dockerd is restarted under running jobs: they are adopted and end as ever", async () => {
  const { agent, github, registered } = await start(4);
  const ids = queue(github, 4, null);
  await github.waitFor(() => inState(github, ids, "in_progress") === 4, "four jobs to run");
  await cluster.endEngine(0);
  await agent.waitForLine(/"msg":"engine does not answer/);
  await cluster.startEngine(0);
  await agent.waitForLine(/"msg":"engine answers again"/);
  for (const id of ids) github.completeJob(id);
  await github.waitFor(() => inState(github, ids, "completed") === 4, "the jobs to end");
  await expect.poll(async () => [...(await services()), ...(await containers())]).toEqual([]);
  expect(registered()).toBe(4);
});

swarmTest(
  "a worker dies with jobs running there and others queued: those run elsewhere, its own are told of as lost, once",
  async () => {
    const { agent, github } = await start(16);
    const first = queue(github, 6, null);
    await github.waitFor(() => inState(github, first, "in_progress") === 6, "six jobs to run");
    const there = (await cluster.docker(2, "ps", "-q")).split("\n").filter((line) => line !== "").length;
    expect(there).toBeGreaterThan(0);
    await cluster.killNode(2);
    const second = queue(github, 6, null);
    await agent.waitForLine(/"msg":"job lost with its node"/);
    const downAtMs = performance.now();
    await github.waitFor(() => inState(github, second, "in_progress") === 6, "the queued jobs to run");
    console.log(
      `${Math.round(performance.now() - downAtMs)} ms from the node being down to the last of the queued jobs`,
    );
    await github.waitFor(() => inState(github, first, "completed") === there, "GitHub to give up the lost jobs");
    const lost = first.filter((id) => github.job(id).status === "completed");
    const told = agent.output.flatMap((line) => {
      const record = JSON.parse(line) as { msg: string; jobId: number; url: string };
      return record.msg === "job lost with its node" ? [record] : [];
    });
    expect(told.map(({ jobId }) => jobId).toSorted((a, b) => a - b)).toEqual(lost.toSorted((a, b) => a - b));
    for (const { jobId, url } of told) expect(url).toMatch(new RegExp(`/actions/runs/\\d+/job/${jobId}$`));
    const rest = [...first, ...second].filter((id) => !lost.includes(id));
    for (const id of rest) github.completeJob(id);
    await github.waitFor(() => inState(github, rest, "completed") === rest.length, "the others to end");
    expect(rest.map((id) => github.job(id).conclusion)).toEqual(rest.map(() => "success"));
    await cluster.startEngine(2);
    await expect.poll(async () => [...(await services()), ...(await containers())]).toEqual([]);
  },
);
