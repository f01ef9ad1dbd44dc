import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import type { FiguresOf } from "../../config/build/figures.ts";
import { AgentProcess } from "../e2e/agent-process.ts";
import { LABELS, REPOSITORY, startChainWithoutAgent, type ChainWithoutAgent } from "../e2e/docker-chain.ts";
import { inBenchFolder } from "./bench-folder.ts";
import type { Measured } from "./measured.ts";
import { mebibytes, memoryKib } from "./process-memory.ts";
import { median } from "./quartiles.ts";

/** Ten minutes of one job and one sweep a minute, without the waiting between them. */
const MINUTES = 10;
const STARTS = 5;
const MOST = { bundleBytes: 880 * 1024, residentKib: 96 * 1024, connectedMs: 1000 };

/** Size of the bundle, start to connected, memory at rest. Needs a Docker Engine. */
export function benchAgent(): Promise<Measured<"agent">> {
  return inBenchFolder(measureIn);
}

async function measureIn(folder: string): Promise<Measured<"agent">> {
  const { program, daemonBytes } = await bundleAgent(join(folder, "program"));
  const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 1 });
  const agent = new AgentProcess({ ...chain.agentOptions, program, env: imageMemory() });
  try {
    const connected: number[] = [];
    for (let start = 0; start < STARTS; start += 1) {
      await agent.stop();
      const startedAt = performance.now();
      agent.start();
      await agent.waitForLine(/"msg":"link up"/);
      connected.push(performance.now() - startedAt);
    }
    for (let minute = 0; minute < MINUTES; minute += 1) await oneMinute(chain);
    return measured({
      bundleBytes: daemonBytes,
      connectedLeastMs: Math.min(...connected),
      connectedMs: median(connected),
      connectedMostMs: Math.max(...connected),
      jobs: MINUTES,
      residentKib: memoryKib(agent.pid, "VmRSS"),
      residentFileKib: memoryKib(agent.pid, "RssFile"),
    });
  } finally {
    await agent.close();
    await chain.close();
  }
}

function measured(figures: FiguresOf<"agent">): Measured<"agent"> {
  const { bundleBytes, connectedMs, residentKib, residentFileKib } = figures;
  const ok = bundleBytes < MOST.bundleBytes && residentKib < MOST.residentKib && connectedMs < MOST.connectedMs;
  const text = `bundle, what the daemon loads    ${(bundleBytes / 1024).toFixed(0)} KiB (under ${MOST.bundleBytes / 1024})
start to connected               ${connectedMs.toFixed(0)} ms, median of ${STARTS} (under ${MOST.connectedMs})
resident after ${MINUTES} jobs and sweeps  ${mebibytes(residentKib)} MiB (under ${MOST.residentKib / 1024}), of which ${mebibytes(residentFileKib)} MiB are the Node binary's own pages
${ok ? "ok" : "OVER"}
`;
  return { figures, text, ok };
}

async function oneMinute({ github }: ChainWithoutAgent): Promise<void> {
  const sweeps = github.calls().length;
  const [job] = github.queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: 100, count: 1 });
  await github.waitFor(() => github.job(job?.id ?? 0).status === "completed", "the job");
  await github.waitFor(() => github.calls().length > sweeps, "a sweep");
}

/** What the image sets to keep memory small. */
export function imageMemory(): Readonly<Record<string, string>> {
  const text = readFileSync(join(import.meta.dirname, "../../Dockerfile"), "utf8");
  const found = /^ENV NODE_OPTIONS="(.+)" MALLOC_ARENA_MAX=(\d+)$/m.exec(text);
  if (found === null) throw new Error("the Dockerfile no longer sets NODE_OPTIONS and MALLOC_ARENA_MAX in one line");
  return { NODE_OPTIONS: found[1] ?? "", MALLOC_ARENA_MAX: found[2] ?? "" };
}
