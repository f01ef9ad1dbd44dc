import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";

import type { FiguresOf } from "../../config/build/figures.ts";
import { fillPageJournal } from "../agent/web/page/page-journal.ts";
import { startDemoPage } from "../demo/demo-page.ts";
import { patience } from "../stand-ins/process/patience.ts";
import { imageMemory } from "./agent.ts";
import { inBenchFolder } from "./bench-folder.ts";
import type { Measured } from "./measured.ts";
import { mebibytes, memoryKib } from "./process-memory.ts";
import { median } from "./quartiles.ts";

const JOBS = { few: 5, many: 5000 };
const ASKED = 60;
const STREAMS = 100;
/** Pages that are told of so many changes: what stays behind of each would show. */
const STREAMED_MS = 15_000;
const MOST = { ratio: 5, firstByteMs: 50, bytes: 300 * 1024, streamsKib: 20 * 1024, redMs: 2000 };

/** The page's first byte and size by what is in the journal, what open pages cost, and how soon a cut link is on them. */
export function benchPage(): Promise<Measured<"page">> {
  return inBenchFolder(async (folder) => {
    const few = await served(folder, JOBS.few, firstByte);
    const { many, streamsKib } = await served(folder, JOBS.many, async (url, pid) => ({
      many: await firstByte(url),
      streamsKib: await memoryOfStreams(url, pid),
    }));
    const figures: FiguresOf<"page"> = {
      jobsFew: JOBS.few,
      jobsMany: JOBS.many,
      fewMs: few.ms,
      manyMs: many.ms,
      bytes: many.bytes,
      streams: STREAMS,
      streamsKib,
      redMs: await untilRed(),
    };
    return measured(figures);
  });
}

function measured(figures: FiguresOf<"page">): Measured<"page"> {
  const { fewMs, manyMs, bytes, streamsKib, redMs } = figures;
  const isQuick = manyMs <= MOST.ratio * fewMs && manyMs < MOST.firstByteMs;
  const ok = isQuick && bytes < MOST.bytes && streamsKib < MOST.streamsKib && redMs < MOST.redMs;
  const text = `first byte, ${JOBS.few} jobs        ${fewMs.toFixed(1)} ms, median of ${ASKED}
first byte, ${JOBS.many} jobs     ${manyMs.toFixed(1)} ms (at most ${MOST.ratio} times that, under ${MOST.firstByteMs})
page, ${JOBS.many} jobs           ${(bytes / 1024).toFixed(0)} KiB (under ${MOST.bytes / 1024})
${STREAMS} open pages            ${mebibytes(streamsKib)} MiB more (under ${MOST.streamsKib / 1024})
notice of a cut to red    ${redMs.toFixed(0)} ms (under ${MOST.redMs})
${ok ? "ok" : "OVER"}
`;
  return { figures, text, ok };
}

/** Has `ask` ask a page of its own process, with the memory settings of the image. */
async function served<T>(folder: string, jobs: number, ask: (url: string, pid: number) => Promise<T>): Promise<T> {
  const data = join(folder, String(jobs));
  mkdirSync(data);
  fillPageJournal(data, { jobs });
  const env = { ...process.env, ...imageMemory() };
  const child = spawn(process.execPath, [join(import.meta.dirname, "page-server.ts"), data], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    return await ask(await firstLine(child), child.pid ?? 0);
  } finally {
    child.kill();
    await once(child, "exit");
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("the page's process has no output");
  const [line] = (await once(createInterface({ input: stdout }), "line")) as [string];
  return line;
}

async function firstByte(url: string): Promise<{ readonly ms: number; readonly bytes: number }> {
  const took: number[] = [];
  let bytes = 0;
  for (let n = 0; n < ASKED; n += 1) {
    const beforeMs = performance.now();
    const answer = await fetch(url);
    took.push(performance.now() - beforeMs);
    bytes = (await answer.arrayBuffer()).byteLength;
  }
  return { ms: median(took), bytes };
}

async function memoryOfStreams(url: string, pid: number): Promise<number> {
  const beforeKib = memoryKib(pid, "VmRSS");
  const stop = new AbortController();
  const streams = Array.from({ length: STREAMS }, async () => {
    const { body } = await fetch(`${url}/page/events`, { signal: stop.signal });
    for await (const _ of body ?? []);
  });
  await new Promise((resolve) => setTimeout(resolve, STREAMED_MS));
  const afterKib = memoryKib(pid, "VmRSS");
  stop.abort();
  await Promise.allSettled(streams);
  return Math.max(0, afterKib - beforeKib);
}

/** From the agent's own notice of a cut link to the page's news of it, over the real Worker. */
async function untilRed(): Promise<number> {
  await using world = await startDemoPage();
  const { body } = await fetch(`${world.server.url}/page/events`);
  const noticed = world.agent.waitFor(({ connected }) => !connected, patience()).then(() => performance.now());
  const told = (async () => {
    let heard = "";
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      heard = `${heard}${piece}`.slice(-200_000);
      if (heard.includes("The link to the edge is down")) return performance.now();
    }
    throw new Error("the page ended before it told of the cut");
  })();
  world.link().cut();
  return Math.max(0, (await told) - (await noticed));
}
