import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import * as z from "zod";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" };

/** What `test/worker/cost.test.ts` prints: each figure per accepted delivery, counted inside workerd. */
const costSchema = z.object({
  deliveries: z.number(),
  rowsWritten: z.number(),
  rowsRead: z.number(),
  requests: z.number(),
  alarms: z.number(),
});

/** https://developers.cloudflare.com/durable-objects/platform/pricing/ */
const FREE = { rowsWritten: 100_000, rowsRead: 5_000_000, requests: 100_000 };
const DELIVERIES_A_JOB = 3;
const STARTS = 7;

async function measureCost(): Promise<z.infer<typeof costSchema>> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--project", "worker", "test/worker/cost.test.ts"];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: root, env, maxBuffer: 1 << 24 });
  const line = /cost (\{.*\})/.exec(`${stdout}\n${stderr}`)?.[1];
  if (line === undefined) throw new Error("the cost test printed no figures");
  return costSchema.parse(JSON.parse(line));
}

/** The Worker as a deploy uploads it, and how long workerd takes to start it: the median of a few profiles. */
async function measureBundle(): Promise<{ readonly gzipBytes: number; readonly startMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), "hookline-bench-"));
  try {
    const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
    const deploy = [wrangler, "deploy", "--dry-run", "--minify", "--outdir", folder];
    await run(process.execPath, deploy, { cwd: root, env });
    const gzipBytes = gzipSync(readFileSync(join(folder, "index.js"))).length;
    const starts: number[] = [];
    for (let n = 0; n < STARTS; n += 1) starts.push(await startOnce(wrangler, join(folder, `${n}.cpuprofile`)));
    return { gzipBytes, startMs: starts.toSorted((a, b) => a - b)[Math.floor(STARTS / 2)] ?? Number.NaN };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const profileSchema = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.number()),
  /** Microseconds that each sample stands for. */
  timeDeltas: z.array(z.number()),
});

/** Processor time of evaluating the bundle, milliseconds, as workerd's own profiler samples it; waiting is left out. */
async function startOnce(wrangler: string, outfile: string): Promise<number> {
  const args = [wrangler, "check", "startup", "--outfile", outfile, "--args=--minify"];
  await run(process.execPath, args, { cwd: root, env });
  const profile = profileSchema.parse(JSON.parse(readFileSync(outfile, "utf8")));
  const idle = profile.nodes.find(({ callFrame }) => callFrame.functionName === "(idle)")?.id;
  const busy = profile.timeDeltas.filter((_, index) => profile.samples[index] !== idle);
  return busy.reduce((sum, micros) => sum + micros, 0) / 1000;
}

const cost = await measureCost();
const bundle = await measureBundle();
const perDay = {
  rowsWritten: Math.floor(FREE.rowsWritten / cost.rowsWritten),
  rowsRead: Math.floor(FREE.rowsRead / cost.rowsRead),
  // The Worker itself has as many requests a day, and each delivery is one of them.
  requests: Math.floor(FREE.requests / Math.max(cost.requests, 1)),
};
const deliveriesPerDay = Math.min(...Object.values(perDay));
const verdict = (ok: boolean): string => (ok ? "ok  " : "OVER");

process.stdout.write(`per accepted delivery, over ${cost.deliveries} deliveries, acknowledged and pruned:
  ${verdict(cost.rowsWritten <= 2.5)} rows written     ${cost.rowsWritten.toFixed(2)} (at most 2.5)
  ${verdict(cost.rowsRead <= 100)} rows read        ${cost.rowsRead.toFixed(1)} (constant)
  ${verdict(cost.requests <= 1.1)} object requests  ${cost.requests.toFixed(2)} (at most 1.1)
  alarms armed         ${cost.alarms} in all
the Worker:
  ${verdict(bundle.gzipBytes < 40 * 1024)} minified, gzip   ${(bundle.gzipBytes / 1024).toFixed(1)} KiB (under 40)
  ${verdict(bundle.startMs < 30)} start-up         ${bundle.startMs.toFixed(1)} ms (under 30)
the free plan, a day:
  rows written  ${FREE.rowsWritten} / ${cost.rowsWritten.toFixed(2)} = ${perDay.rowsWritten} deliveries
  rows read     ${FREE.rowsRead} / ${cost.rowsRead.toFixed(1)} = ${perDay.rowsRead} deliveries
  requests      ${FREE.requests} / ${Math.max(cost.requests, 1).toFixed(2)} = ${perDay.requests} deliveries
  the least of them / ${DELIVERIES_A_JOB} deliveries a job = ${Math.floor(deliveriesPerDay / DELIVERIES_A_JOB)} jobs
`);
const within =
  cost.rowsWritten <= 2.5 &&
  cost.rowsRead <= 100 &&
  cost.requests <= 1.1 &&
  bundle.gzipBytes < 40 * 1024 &&
  bundle.startMs < 30;
if (!within) process.exitCode = 1;
