import { execFile } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import type { FiguresOf } from "../../config/build/figures.ts";
import { fillJournal } from "../agent/journal/fill-journal.ts";
import { AgentProcess } from "../e2e/agent-process.ts";
import { startChainWithoutAgent, type ChainWithoutAgent } from "../e2e/docker-chain.ts";
import { imageMemory } from "./agent.ts";
import { inBenchFolder } from "./bench-folder.ts";
import type { Measured } from "./measured.ts";
import { mebibytes, memoryKib } from "./process-memory.ts";
import { median } from "./quartiles.ts";

/** Three days of the load that the README promises, three signals a job. */
const JOBS = 48_000;
const DAYS_MS = 3 * 24 * 60 * 60_000;
const STARTS = 5;
const MOST = { slower: 3, peakKib: 150 * 1024, togetherKib: 230 * 1024, journalBytes: 100e6 };

/** What three days of history cost an agent at its start, and the commands beside it. Needs a Docker Engine. */
export function benchHistory(): Promise<Measured<"history">> {
  return inBenchFolder(measureIn);
}

async function measureIn(folder: string): Promise<Measured<"history">> {
  const { program } = await bundleAgent(join(folder, "program"));
  const chain = await startChainWithoutAgent({ maxSlots: 2, edge: true, sweepIntervalSeconds: 60 });
  try {
    const [empty, full] = ["empty", "full"].map((name) => join(folder, name)) as [string, string];
    mkdirSync(full);
    fillJournal(join(full, "journal.db"), JOBS, DAYS_MS);
    const journalBytes = statSync(join(full, "journal.db")).size;
    const before = await startsOn(chain, program, empty);
    const after = await startsOn(chain, program, full);
    const agent = agentOn(chain, program, full);
    try {
      agent.start();
      await agent.waitForLine(/"msg":"link up"/);
      const [doctorPeakKib, slotsPeakKib] = [
        await peakOf(agent, program, "doctor"),
        await peakOf(agent, program, "slots"),
      ];
      return measured({
        signals: JOBS * 3,
        journalBytes,
        connectedEmptyMs: before.connectedMs,
        connectedMs: after.connectedMs,
        peakKib: after.peakKib,
        doctorPeakKib,
        slotsPeakKib,
      });
    } finally {
      await agent.close();
    }
  } finally {
    await chain.close();
  }
}

function agentOn(chain: ChainWithoutAgent, program: string, data: string): AgentProcess {
  return new AgentProcess({ ...chain.agentOptions, program, env: { ...imageMemory(), HOOKLINE_DATA: data } });
}

async function startsOn(chain: ChainWithoutAgent, program: string, data: string) {
  const connected: number[] = [];
  let peakKib = 0;
  for (let start = 0; start < STARTS; start += 1) {
    const agent = agentOn(chain, program, data);
    try {
      const startedAt = performance.now();
      agent.start();
      await agent.waitForLine(/"msg":"link up"/);
      connected.push(performance.now() - startedAt);
      await agent.waitForLine(/"msg":"sweep done"/);
      peakKib = Math.max(peakKib, memoryKib(agent.pid, "VmHWM"));
      await agent.stop();
    } finally {
      await agent.close();
    }
  }
  return { connectedMs: median(connected), peakKib };
}

/** The memory of one command at most, as it says itself at its end. */
function peakOf(agent: AgentProcess, program: string, command: string): Promise<number> {
  const report = "process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS}\\n`))";
  const args = ["--import", `data:text/javascript,${encodeURIComponent(report)}`, program, command];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { env: { PATH: process.env["PATH"], ...agent.env } },
      (_error, _stdout, stderr) => {
        const peak = /^peak (\d+)$/m.exec(stderr)?.[1];
        if (peak === undefined) reject(new Error(`hookline ${command} told no peak: ${stderr}`));
        else resolve(Number(peak));
      },
    );
  });
}

function measured(figures: FiguresOf<"history">): Measured<"history"> {
  const { signals, journalBytes, connectedEmptyMs, connectedMs, peakKib, doctorPeakKib, slotsPeakKib } = figures;
  const slower = connectedMs / connectedEmptyMs;
  const together = peakKib + Math.max(doctorPeakKib, slotsPeakKib);
  const ok =
    slower <= MOST.slower &&
    peakKib <= MOST.peakKib &&
    together <= MOST.togetherKib &&
    journalBytes <= MOST.journalBytes;
  const text = `signals of three days             ${signals}, journal ${(journalBytes / 1e6).toFixed(1)} MB
start to connected                ${connectedMs.toFixed(0)} ms, ${slower.toFixed(2)} times that on an empty journal (at most ${MOST.slower})
agent's memory at most            ${mebibytes(peakKib)} MiB (at most ${MOST.peakKib / 1024})
hookline doctor, slots beside it  ${mebibytes(doctorPeakKib)}, ${mebibytes(slotsPeakKib)} MiB at most, with the agent ${mebibytes(together)} (at most ${MOST.togetherKib / 1024})
${ok ? "ok" : "OVER"}
`;
  return { figures, text, ok };
}
