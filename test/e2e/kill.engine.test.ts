import { afterEach, expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { LABELS, REPOSITORY, startDockerChain, type ChainOptions, type DockerChain } from "./docker-chain.ts";

let chain: DockerChain | null = null;

afterEach(async () => {
  await chain?.close();
  chain = null;
});

async function start(options: Partial<ChainOptions> = {}): Promise<DockerChain> {
  chain = await startDockerChain({ maxSlots: 3, edge: true, sweepIntervalSeconds: 3600, ...options });
  return chain;
}

/** Jobs that run until the test ends them. */
function queue(github: LoopbackGitHub, count: number): readonly number[] {
  return github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: null, count }).map(({ id }) => id);
}

const runningOf = (github: LoopbackGitHub): readonly number[] =>
  github.jobs().flatMap(({ id, status }) => (status === "in_progress" ? [id] : []));

async function running(github: LoopbackGitHub, count: number): Promise<readonly number[]> {
  return github.waitFor(() => (runningOf(github).length === count ? runningOf(github) : null), `${count} running jobs`);
}

/** Ends jobs as they come to run until all of them are done. */
async function finish(github: LoopbackGitHub, ids: readonly number[]): Promise<void> {
  await github.waitFor(() => {
    for (const id of runningOf(github)) github.completeJob(id);
    return ids.every((id) => github.job(id).status === "completed");
  }, "all jobs to be done");
  expect(ids.map((id) => github.job(id).conclusion)).toEqual(ids.map(() => "success"));
}

/** Every runner gone at GitHub and every container cleared away by the agent, which says so. */
async function nothingLeft({ github, agent, containers }: DockerChain): Promise<void> {
  await github.waitFor(() => github.runners().length === 0, "runners to be gone");
  await expect.poll(containers).toEqual([]);
  expect(agent.output.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}

dockerTest(
  "promises 3 and 6: the agent killed with jobs queued and slots running serves every job after its restart, doubles no slot and orphans none",
  async () => {
    const world = await start();
    const { github, agent, containers, registered } = world;
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    const ids = queue(github, 7);
    const [first = 0] = await running(github, 3);
    await agent.kill();
    github.completeJob(first);
    await github.waitFor(() => github.job(first).status === "completed");
    const late = queue(github, 1);
    expect(await containers()).toHaveLength(3);
    agent.start();
    await agent.waitForLine(/"msg":"slot adopted"/);
    await running(github, 3);
    expect((await containers()).length).toBeLessThanOrEqual(3);
    await finish(github, [...ids, ...late]);
    expect(registered()).toBe(8);
    await nothingLeft(world);
  },
);

dockerTest(
  "D9: the agent killed while slots are being made leaves neither a slot too many nor a runner that nobody has",
  async () => {
    const world = await start({ maxSlots: 4 });
    const { github, agent } = world;
    const slow = github.misbehave({ operation: /generate-runner-jitconfig/, fault: { kind: "delay", delayMs: 5000 } });
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    const ids = queue(github, 2);
    await github.waitFor(() => github.runners().length === 2, "both runners to be registered");
    await agent.kill();
    slow.stop();
    agent.start();
    await finish(github, ids);
    await nothingLeft(world);
  },
);

dockerTest(
  "promises 1 and 3: what the edge took before it was killed reaches an agent that was away, from its storage",
  async () => {
    const world = await start();
    const { github, edge, agent } = world;
    const ids = queue(github, 3);
    await github.deliveriesSettled();
    await edge!.kill();
    await edge!.restart();
    agent.start();
    await running(github, 3);
    const signals = agent.output.filter((line) => line.includes('"msg":"signal"') && line.includes('"phase":"queued"'));
    expect(signals).toHaveLength(3);
    await finish(github, ids);
    await nothingLeft(world);
  },
);

dockerTest(
  "L2: the edge killed under a connected agent comes back, and the next job travels by webhook again",
  async () => {
    const { github, edge, agent } = await start();
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    const before = queue(github, 2);
    await running(github, 2);
    await edge!.kill();
    await agent.waitForLine(/"msg":"link down"/);
    const during = queue(github, 1);
    await github.deliveriesSettled();
    await edge!.restart();
    await agent.waitForLine(/"msg":"link up","plane":"agent".*"fence":2/);
    await running(github, 3);
    await finish(github, [...before, ...during]);
    const after = queue(github, 1);
    await agent.waitForLine(new RegExp(`"msg":"signal".*"jobId":${after[0]},.*"action":"queued"`));
    await finish(github, after);
  },
);

dockerTest("promise 5: with the receiver offline the sweep alone serves every job", async () => {
  const world = await start({ edge: false, sweepIntervalSeconds: 1 });
  const { github, agent } = world;
  agent.start();
  const ids = queue(github, 5);
  await running(github, 3);
  await finish(github, ids);
  await nothingLeft(world);
});

dockerTest(
  "N9 SIGTERM ends the agent and no job; the restarted agent adopts the busy runner and clears it away in the end",
  async () => {
    const world = await start();
    const { github, agent, containers, registered } = world;
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    const ids = queue(github, 1);
    await running(github, 1);
    expect(await agent.stop()).toBe(0);
    expect(await containers()).toHaveLength(1);
    agent.start();
    await agent.waitForLine(/"msg":"slot adopted"/);
    await finish(github, ids);
    expect(registered()).toBe(1);
    await nothingLeft(world);
  },
);

dockerTest("a wrong token at /link is told with its remedy, and jobs are served by sweeps meanwhile", async () => {
  const { github, agent } = await start({ agentToken: "not-the-token-of-the-edge", sweepIntervalSeconds: 1 });
  agent.start();
  const line = await agent.waitForLine(/"msg":"link down"/);
  expect(line).toContain("HOOKLINE_TOKEN");
  const ids = queue(github, 1);
  await finish(github, ids);
});
