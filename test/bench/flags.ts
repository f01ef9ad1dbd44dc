import { join } from "node:path";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import type { FiguresOf } from "../../config/build/figures.ts";
import { AgentProcess } from "../e2e/agent-process.ts";
import { startChainWithoutAgent, type ChainWithoutAgent } from "../e2e/docker-chain.ts";
import { imageMemory, oneMinute } from "./agent.ts";
import { inBenchFolder } from "./bench-folder.ts";
import type { Measured } from "./measured.ts";
import { mebibytes, memoryKib, processorMs } from "./process-memory.ts";
import { median } from "./quartiles.ts";

type Row = FiguresOf<"flags">["rows"][number];

const JOBS = 10;
const ROUNDS = 3;
/** Jobs until the code that a job runs is compiled. */
const WARM_UP = 3;

const IMAGE = imageMemory()["NODE_OPTIONS"] ?? "";
/**
 * Nothing, what the image sets, and one more or another at a time. Not among them: --jitless and --lite-mode have no
 * WebAssembly, without which `fetch` fails at its first answer.
 * https://nodejs.org/docs/latest-v24.x/api/cli.html#useful-v8-options
 */
const CANDIDATES: readonly (readonly [name: string, options: string, flags: readonly string[]])[] = [
  ["none", "", []],
  ["those of the image", IMAGE, []],
  ["with --max-semi-space-size=2", "--max-semi-space-size=2 --v8-pool-size=1", []],
  ["with --max-semi-space-size=4", "--max-semi-space-size=4 --v8-pool-size=1", []],
  ["with --optimize-for-size", IMAGE, ["--optimize-for-size"]],
  ["with --no-opt", IMAGE, ["--no-opt"]],
];

/** What flags of V8 do to the agent's own memory and processor time, in turns. Needs a Docker Engine. */
export function benchFlags(): Promise<Measured<"flags">> {
  return inBenchFolder(async (folder) => {
    const { program } = await bundleAgent(join(folder, "program"));
    const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 1 });
    try {
      const found: Row[][] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const row: Row[] = [];
        for (const candidate of CANDIDATES) row.push(await measureOne(chain, folder, program, candidate));
        found.push(row);
      }
      const rows = CANDIDATES.map(([name], index) => ({
        name,
        residentAnonKib: median(found.map((row) => row[index]?.residentAnonKib ?? Number.NaN)),
        jobCpuMs: median(found.map((row) => row[index]?.jobCpuMs ?? Number.NaN)),
      }));
      return { figures: { jobs: JOBS, rounds: ROUNDS, rows }, text: rows.map(textOf).join(""), ok: true };
    } finally {
      await chain.close();
    }
  });
}

async function measureOne(
  chain: ChainWithoutAgent,
  folder: string,
  program: string,
  [name, options, flags]: (typeof CANDIDATES)[number],
): Promise<Row> {
  const env = { ...imageMemory(), LOG_LEVEL: "info", NODE_OPTIONS: options, HOOKLINE_DATA: join(folder, "data") };
  const agent = new AgentProcess({ ...chain.agentOptions, program, env, flags });
  try {
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    for (let job = 0; job < WARM_UP; job += 1) await oneMinute(chain);
    const beforeMs = processorMs(agent.pid);
    for (let job = 0; job < JOBS; job += 1) await oneMinute(chain);
    const jobCpuMs = (processorMs(agent.pid) - beforeMs) / JOBS;
    return { name, residentAnonKib: memoryKib(agent.pid, "RssAnon"), jobCpuMs };
  } finally {
    await agent.stop();
    await agent.close();
  }
}

function textOf({ name, residentAnonKib, jobCpuMs }: Row): string {
  return `${name.padEnd(30)} ${mebibytes(residentAnonKib).padStart(6)} MiB ${jobCpuMs.toFixed(1).padStart(7)} ms of processor time a job\n`;
}
