import { afterEach, expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "./docker-chain.ts";

let chain: DockerChain | null = null;

afterEach(async () => {
  await chain?.close();
  chain = null;
});

function queue(github: LoopbackGitHub, count: number): readonly number[] {
  return github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: null, count }).map(({ id }) => id);
}

const statusOf = (github: LoopbackGitHub, ids: readonly number[]) => ids.map((id) => github.job(id).status);

async function become(github: LoopbackGitHub, ids: readonly number[], status: string): Promise<void> {
  await github.waitFor(() => statusOf(github, ids).every((each) => each === status), `jobs to be ${status}`);
}

dockerTest(
  "C18 drain asked by another process: busy runners finish, it returns, and nothing new is claimed, not by webhook, not by sweep, not after a kill; --undo serves what has waited",
  async () => {
    chain = await startDockerChain({ maxSlots: 3, edge: true, sweepIntervalSeconds: 1 });
    const { github, agent, containers, registered } = chain;
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    const busy = queue(github, 2);
    await become(github, busy, "in_progress");

    const drain = agent.command("drain", "e2e", "--json");
    await drain.waitForLine(/pool e2e: 2 busy/);
    const late = queue(github, 1);
    await github.deliveriesSettled();
    for (const id of busy) github.completeJob(id);
    expect(await drain.exited()).toBe(0);
    expect(JSON.parse(drain.output.filter((line) => !line.startsWith("pool ")).join("\n"))).toMatchObject({
      ok: true,
      pool: "e2e",
      draining: true,
      slots: 0,
    });
    expect([await containers(), github.runners(), registered()]).toEqual([[], [], 2]);
    expect(statusOf(github, busy)).toEqual(["completed", "completed"]);

    await agent.kill();
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    const swept = github.calls().length;
    await expect.poll(() => sweepsSince(github, swept)).toBeGreaterThanOrEqual(3);
    expect([statusOf(github, late), registered()]).toEqual([["queued"], 2]);

    const undo = agent.command("drain", "e2e", "--undo");
    expect(await undo.exited()).toBe(0);
    await become(github, late, "in_progress");
    for (const id of late) github.completeJob(id);
    await become(github, late, "completed");
    expect(registered()).toBe(3);
  },
);

function sweepsSince(github: LoopbackGitHub, from: number): number {
  return github
    .calls()
    .slice(from)
    .filter(({ path }) => path.includes("/actions/runners")).length;
}

dockerTest(
  "an idle runner is deregistered and its container removed before drain returns; slots and deliveries tell of it meanwhile",
  async () => {
    chain = await startDockerChain({ maxSlots: 2, edge: true, sweepIntervalSeconds: 1 });
    const { github, agent, containers } = chain;
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    const [job = 0] = queue(github, 1);
    await become(github, [job], "in_progress");
    const slots = agent.command("slots", "--json");
    expect(await slots.exited()).toBe(0);
    const [name] = await containers();
    expect(JSON.parse(slots.output.join("\n"))).toMatchObject({
      ok: true,
      docker: null,
      slots: [{ slot: name, pool: "e2e", container: "running", runner: { name } }],
    });
    await agent.waitForLine(new RegExp(`"msg":"signal".*"jobId":${job},.*"action":"in_progress"`));
    const deliveries = agent.command("deliveries", "--json");
    expect(await deliveries.exited()).toBe(0);
    expect(JSON.parse(deliveries.output.join("\n"))).toMatchObject({
      ok: true,
      deliveries: [
        { seq: 1, job, action: "queued", outcome: "running" },
        { seq: 2, job, action: "in_progress", outcome: "running", runner: name },
      ],
    });

    // A runner that nobody needs: its job is cancelled before it is online.
    const [cancelled = 0] = queue(github, 1);
    await github.waitFor(() => github.runners().length === 2, "the second runner to be registered");
    github.cancelJob(cancelled);
    await github.waitFor(() => github.runners().every(({ status }) => status === "online"), "it to be online");
    const drain = agent.command("drain", "e2e");
    await drain.waitForLine(/1 busy, 1 idle/);
    await drain.waitForLine(/1 busy, 0 idle or coming up, 0 ending/);
    expect(agent.output.filter((line) => line.includes('"code":"drained"'))).toHaveLength(1);
    expect(github.job(job).status).toBe("in_progress");
    github.completeJob(job);
    expect(await drain.exited()).toBe(0);
    expect(drain.output.at(-1)).toBe("Pool e2e is empty and starts nothing.");
    expect([await containers(), github.runners()]).toEqual([[], []]);
  },
);
