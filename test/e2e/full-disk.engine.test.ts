import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { AgentProcess } from "./agent-process.ts";
import { LABELS, REPOSITORY, startChainWithoutAgent, type ChainWithoutAgent } from "./docker-chain.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("Not run: what happens on a full disk (a small file system of the test's own needs root)");
const rootTest = isRoot ? dockerTest : dockerTest.skip;

let disk = "";
let world: { readonly chain: ChainWithoutAgent; readonly agent: AgentProcess } | null = null;

beforeEach(async () => {
  if (!isRoot) return;
  disk = mkdtempSync(join(tmpdir(), "hookline-disk-"));
  await run("mount", ["-t", "tmpfs", "-o", "size=3m", "none", disk]);
});

afterEach(async () => {
  await world?.agent.close();
  await world?.chain.close();
  if (disk !== "") await run("umount", [disk]);
  [world, disk] = [null, ""];
});

/** Takes all that is left of the disk. */
function fill(): void {
  for (const bytes of [65_536, 4096, 512]) {
    try {
      for (let n = 0; ; n += 1) writeFileSync(join(disk, `full-${bytes}-${n}`), Buffer.alloc(bytes));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
  }
}

async function free(): Promise<void> {
  await run("sh", ["-c", `rm -f ${disk}/full-*`]);
}

/** The chain with an agent whose data folder lies on the small disk. */
async function makeWorld(): Promise<NonNullable<typeof world>> {
  const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 10 });
  const env = { HOOKLINE_DATA: join(disk, "data"), HOOKLINE_MIN_FREE_DISK: "0" };
  world = { chain, agent: new AgentProcess({ ...chain.agentOptions, env }) };
  return world;
}

async function serves({ github }: ChainWithoutAgent, id: number): Promise<void> {
  await github.waitFor(() => github.job(id).status === "completed", "the job");
  expect(github.job(id).conclusion).toBe("success");
}

const queue = ({ github }: ChainWithoutAgent): number =>
  github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: 200, count: 1 })[0]?.id ?? 0;

async function deadLetters({ agentOptions: { edge } }: ChainWithoutAgent): Promise<unknown> {
  const answer = await fetch(`${edge?.url}/dead`, { headers: { authorization: `Bearer ${edge?.token}` } });
  return answer.json();
}

rootTest(
  "H6: an agent that is started on a full disk waits, and serves what waited once there is space; no dead letter",
  async () => {
    const { chain, agent } = await makeWorld();
    fill();
    agent.start();
    await agent.waitForLine(/waiting for the disk/);
    const job = queue(chain);
    await chain.github.deliveriesSettled();
    await free();
    await serves(chain, job);
    expect(await deadLetters(chain)).toMatchObject({ total: 0 });
  },
);

rootTest(
  "H21: a disk that fills under a running agent: sweeps serve on, signals wait at the edge, no dead letter",
  async () => {
    const { chain, agent } = await makeWorld();
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    fill();
    const job = queue(chain);
    await agent.waitForLine(/"msg":"link cannot go on; dialling again"/);
    await serves(chain, job);
    const links = agent.output.filter((line) => line.includes('"msg":"link up"')).length;
    await free();
    await expect.poll(() => agent.output.filter((line) => line.includes('"msg":"link up"')).length).toBe(links + 1);
    await serves(chain, queue(chain));
    expect(await deadLetters(chain)).toMatchObject({ total: 0 });
  },
);
