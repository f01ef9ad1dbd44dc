import { afterEach, expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "./docker-chain.ts";

const JOBS = 5;
const MAX = 3;
let chain: DockerChain | null = null;

afterEach(async () => {
  await chain?.close();
  chain = null;
});

async function start(): Promise<DockerChain> {
  chain = await startDockerChain({ maxSlots: MAX, edge: false, sweepIntervalSeconds: 1 });
  return chain;
}

const queue = (github: LoopbackGitHub): readonly number[] =>
  github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: null, count: JOBS }).map(({ id }) => id);

const running = (github: LoopbackGitHub): readonly number[] =>
  github.jobs().flatMap(({ id, status }) => (status === "in_progress" ? [id] : []));

/** What a way of scaling comes to: how many containers at first, which jobs are done, and what is left in the end. */
interface Course {
  readonly first: number;
  readonly done: number;
  readonly left: number;
}

/** Serves all jobs, `turn` being what happens between two looks. */
async function serve({ github, containers }: DockerChain, turn: () => Promise<void>): Promise<Course> {
  const ids = queue(github);
  await turn();
  await github.waitFor(() => running(github).length === MAX, `${MAX} running jobs`);
  const first = (await containers()).length;
  const done = (): boolean => ids.every((id) => github.job(id).status === "completed");
  for (let round = 0; round < 20 && !done(); round += 1) {
    const now = running(github);
    for (const id of now) github.completeJob(id);
    const ended = (): boolean => now.every((id) => github.job(id).status === "completed");
    await github.waitFor(ended, "the jobs to end");
    if (done()) break;
    // A container that is still on its way out keeps its place: the next turn finds it gone.
    const next = async (): Promise<number> => {
      await turn();
      return running(github).length;
    };
    await expect.poll(next).toBeGreaterThan(0);
  }
  await expect
    .poll(async () => {
      await turn();
      return (await containers()).length;
    })
    .toBe(0);
  return {
    first,
    done: ids.filter((id) => github.job(id).conclusion === "success").length,
    left: github.runners().length,
  };
}

dockerTest(
  "promise 5: with the receiver offline, scale --once in a loop and the daemon reach the same slots for the same jobs",
  async () => {
    const byCommand = await start();
    const results = new Set<number>();
    const course = await serve(byCommand, async () => {
      const { code, stdout } = await byCommand.agent.scale("--once", "--json");
      expect(JSON.parse(stdout)).toMatchObject({ ok: true });
      results.add(code);
    });
    expect([...results]).toEqual([0]);
    await byCommand.close();

    const byDaemon = await start();
    byDaemon.agent.start();
    expect(await serve(byDaemon, () => Promise.resolve())).toEqual(course);
    expect(course).toEqual({ first: MAX, done: JOBS, left: 0 });
  },
);

dockerTest("scale --dry-run tells what it would do, and does nothing", async () => {
  const { agent, github, containers, registered } = await start();
  const ids = queue(github);
  const before = github.calls().length;
  const { code, stdout } = await agent.scale("--dry-run");
  expect(code).toBe(0);
  expect(stdout.match(/would start a slot of pool e2e for acme: job \d+ waits/g)).toHaveLength(MAX);
  expect(ids.some((id) => stdout.includes(String(id)))).toBe(true);
  expect(
    github
      .calls()
      .slice(before)
      .filter(({ method }) => method !== "GET"),
  ).toEqual([]);
  expect([await containers(), registered()]).toEqual([[], 0]);
});

dockerTest(
  "scale refuses to work beside a daemon on the same journal, and to tend a pool that is not there",
  async () => {
    const { agent } = await start();
    agent.start();
    await agent.waitForLine(/sweep done/);
    const beside = await agent.scale("--once", "--json");
    expect(beside.code).toBe(1);
    expect(JSON.parse(beside.stdout)).toMatchObject({ ok: false, error: { code: "data-folder-taken" } });
    expect(beside.stderr).toContain("Another hookline process works with the data folder");
    expect((await agent.scale("--dry-run")).code).toBe(0);
    const unknown = await agent.scale("--pool", "nope");
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining("there is no pool nope; the pools file has e2e"),
    ]);
  },
);
