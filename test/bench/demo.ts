import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import * as z from "zod";

import type { Measured } from "./measured.ts";

const run = promisify(execFile);
const demo = join(import.meta.dirname, "../demo/main.ts");
const RUNS = 3;
const JOBS = 20;
const SHOWN = ["--docker", "--jobs", "4"];

const spreadSchema = z.object({ p50: z.number(), max: z.number() });
const reportSchema = z.object({ ok: z.boolean(), started: spreadSchema, own: spreadSchema });

/** How soon after its queueing a job's container starts, on loopback. Needs a Docker Engine. */
export async function benchDemo(): Promise<Measured<"demo">> {
  const transcript = await printed(...SHOWN);
  const reports: z.output<typeof reportSchema>[] = [];
  for (let n = 0; n < RUNS; n += 1) {
    const text = await printed("--docker", "--jobs", String(JOBS), "--json");
    reports.push(reportSchema.parse(JSON.parse(text)));
  }
  const started = reports.map((report) => report.started);
  const own = reports.map((report) => report.own);
  const figures = {
    runs: RUNS,
    jobs: JOBS,
    startedP50LeastMs: Math.min(...started.map(({ p50 }) => p50)),
    startedP50MostMs: Math.max(...started.map(({ p50 }) => p50)),
    startedMostMs: Math.max(...started.map(({ max }) => max)),
    ownP50LeastMs: Math.min(...own.map(({ p50 }) => p50)),
    ownP50MostMs: Math.max(...own.map(({ p50 }) => p50)),
    ownMostMs: Math.max(...own.map(({ max }) => max)),
    transcript: [`$ npx -y pnpm@12 demo ${SHOWN.join(" ")}`, ...transcript.trimEnd().split("\n")],
  };
  const text = `${RUNS} runs of ${JOBS} jobs, two a second
container started  ${figures.startedP50LeastMs} to ${figures.startedP50MostMs} ms after queued in the median, ${figures.startedMostMs} ms at worst
Hookline's part    ${figures.ownP50LeastMs} to ${figures.ownP50MostMs} ms in the median, ${figures.ownMostMs} ms at worst
`;
  return { figures, text, ok: reports.every(({ ok }) => ok) };
}

async function printed(...args: readonly string[]): Promise<string> {
  return (await run(process.execPath, [demo, ...args])).stdout;
}
