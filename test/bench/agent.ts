import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import type { FiguresOf } from "../../config/build/figures.ts";
import { fillJournal } from "../agent/journal/fill-journal.ts";
import { AgentProcess } from "../e2e/agent-process.ts";
import { LABELS, REPOSITORY, startChainWithoutAgent, type ChainWithoutAgent } from "../e2e/docker-chain.ts";
import { inBenchFolder } from "./bench-folder.ts";
import type { Measured } from "./measured.ts";
import { mebibytes, memoryKib, processorMs } from "./process-memory.ts";
import { median } from "./quartiles.ts";

export interface AgentSize {
  readonly starts: number;
  /** Minutes of one job and one sweep each, without the waiting between them. */
  readonly minutes: number;
  /** Finished jobs in a journal. */
  readonly histories: readonly number[];
  readonly idleMs: number;
}

const FULL: AgentSize = { starts: 5, minutes: 10, histories: [10_000, 100_000], idleMs: 120_000 };
/** For `pnpm test`. */
export const SMALLEST: AgentSize = { starts: 1, minutes: 1, histories: [10], idleMs: 100 };

const HOUR_MS = 60 * 60_000;
const DAYS_MS = 3 * 24 * HOUR_MS;
const MOST = { bundleBytes: 700 * 1024, residentKib: 96 * 1024, connectedMs: 1000 };

/** Size of the bundle, start to connected, memory at rest. Needs a Docker Engine. */
export function benchAgent(size: AgentSize = FULL): Promise<Measured<"agent">> {
  return inBenchFolder((folder) => measureIn(folder, size));
}

async function measureIn(folder: string, size: AgentSize): Promise<Measured<"agent">> {
  const { program, daemonBytes } = await bundleAgent(join(folder, "program"));
  const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 1 });
  const agent = new AgentProcess({ ...chain.agentOptions, program, env: { ...imageMemory(), LOG_LEVEL: "info" } });
  try {
    const connected: number[] = [];
    for (let start = 0; start < size.starts; start += 1) {
      await agent.stop();
      const startedAt = performance.now();
      agent.start();
      await agent.waitForLine(/"msg":"link up"/);
      connected.push(performance.now() - startedAt);
    }
    const beforeMs = processorMs(agent.pid);
    for (let minute = 0; minute < size.minutes; minute += 1) await oneMinute(chain);
    const jobCpuMs = (processorMs(agent.pid) - beforeMs) / size.minutes;
    const memory = {
      residentKib: memoryKib(agent.pid, "VmRSS"),
      residentFileKib: memoryKib(agent.pid, "RssFile"),
      residentAnonKib: memoryKib(agent.pid, "RssAnon"),
    };
    await agent.stop();
    const histories = [];
    for (const finishedJobs of size.histories) {
      const data = join(folder, String(finishedJobs));
      mkdirSync(data);
      fillJournal(join(data, "journal.db"), finishedJobs, DAYS_MS);
      const residentAnonKib = await atRest(chain, program, data, (pid) => memoryKib(pid, "RssAnon"));
      histories.push({ finishedJobs, residentAnonKib });
    }
    const idleHourCpuMs = await atRest(chain, program, join(folder, "idle"), async (pid) => {
      const idleBeforeMs = processorMs(pid);
      await sleep(size.idleMs);
      return ((processorMs(pid) - idleBeforeMs) * HOUR_MS) / size.idleMs;
    });
    return measured({
      bundleBytes: daemonBytes,
      connectedLeastMs: Math.min(...connected),
      connectedMs: median(connected),
      connectedMostMs: Math.max(...connected),
      jobs: size.minutes,
      ...memory,
      jobCpuMs,
      histories,
      idleHourCpuMs,
    });
  } finally {
    await agent.close();
    await chain.close();
  }
}

/** What `look` finds of an agent on that folder, with a sweep a minute, once it has linked and swept. */
async function atRest(
  chain: ChainWithoutAgent,
  program: string,
  data: string,
  look: (pid: number | null) => number | Promise<number>,
): Promise<number> {
  const env = { ...imageMemory(), HOOKLINE_DATA: data, HOOKLINE_SWEEP_INTERVAL_SECONDS: "60" };
  const agent = new AgentProcess({ ...chain.agentOptions, program, env });
  try {
    agent.start();
    await agent.waitForLine(/"msg":"link up"/);
    await agent.waitForLine(/"msg":"sweep done"/);
    return await look(agent.pid);
  } finally {
    await agent.close();
  }
}

function measured(figures: FiguresOf<"agent">): Measured<"agent"> {
  const { bundleBytes, connectedMs, jobs, residentKib, residentFileKib } = figures;
  const { jobCpuMs = Number.NaN, idleHourCpuMs = Number.NaN, residentAnonKib = Number.NaN, histories = [] } = figures;
  const ok = bundleBytes < MOST.bundleBytes && residentKib < MOST.residentKib && connectedMs < MOST.connectedMs;
  const text = `bundle, what the daemon loads    ${(bundleBytes / 1024).toFixed(0)} KiB (under ${MOST.bundleBytes / 1024})
start to connected               ${connectedMs.toFixed(0)} ms, median (under ${MOST.connectedMs})
resident after ${jobs} jobs and sweeps  ${mebibytes(residentKib)} MiB (under ${MOST.residentKib / 1024}), of which ${mebibytes(residentFileKib)} MiB are the Node binary's own pages
its own memory then              ${mebibytes(residentAnonKib)} MiB${histories.map(historyText).join("")}
processor time of a job          ${jobCpuMs.toFixed(1)} ms, its sweep included
processor time of an idle hour   ${(idleHourCpuMs / 1000).toFixed(1)} s
${ok ? "ok" : "OVER"}
`;
  return { figures, text, ok };
}

function historyText({
  finishedJobs,
  residentAnonKib,
}: {
  readonly finishedJobs: number;
  readonly residentAnonKib: number;
}) {
  return `\nwith ${String(finishedJobs).padEnd(7)} finished jobs       ${mebibytes(residentAnonKib)} MiB`;
}

/** One job and one sweep. */
export async function oneMinute({ github }: ChainWithoutAgent): Promise<void> {
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
