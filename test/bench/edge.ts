import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import * as z from "zod";

import { DELIVERIES_A_JOB, freePlan, MONITOR_ASKS, pricesTable, RECONNECTS } from "../../config/build/free-plan.ts";
import { FREE_PLAN } from "../../shared/mailbox/usage.ts";
import type { FiguresOf } from "../../config/build/figures.ts";
import { inBenchFolder } from "./bench-folder.ts";
import { figuresOfTests } from "./figures-of-tests.ts";
import type { Measured } from "./measured.ts";
import { median } from "./quartiles.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" };

const MOST = { rowsWritten: 2.3, rowsRead: 100, requests: 1.1, gzipBytes: 60 * 1024, startMs: 30 };
const STARTS = 7;

/** What the week of the promised load may cost at most; a delivery behind a hello, three times one without. */
const WEEK_MOST = { helloRowsRead: 100, helloRowsReadWithOpenJobs: 6000, freshnessRowsRead: 60 } as const;
const BEHIND_HELLO = 3;

type Cost = Pick<
  FiguresOf<"edge">,
  "deliveries" | "rowsWritten" | "rowsRead" | "rowsReadByTheFirstHundred" | "requests" | "alarms"
>;

/** What `test/worker/cost.test.ts` prints: each figure per accepted delivery, counted inside workerd. */
async function measureCost(): Promise<Cost> {
  return (
    await figuresOfTests({ args: ["--project", "worker", "test/worker/cost.test.ts", "-t", "a delivery costs"] })
  )["cost"] as Cost;
}

/** What `test/worker/week.bench.ts` prints: the price of each entry point with a week of signals in the mailbox. */
async function measureWeek(): Promise<Pick<FiguresOf<"edge">, "prices" | "week">> {
  const { week, prices } = await figuresOfTests({ args: ["--project", "worker"], benches: true });
  return {
    prices: prices as FiguresOf<"edge">["prices"],
    week: week as FiguresOf<"edge">["week"],
  };
}

/** The Worker as a deploy uploads it, and how long workerd takes to start it: the median of a few profiles. */
function measureBundle(): Promise<Pick<FiguresOf<"edge">, "bytes" | "gzipBytes" | "startMs">> {
  return inBenchFolder(async (folder) => {
    const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
    const deploy = [wrangler, "deploy", "--env=", "--dry-run", "--outdir", folder];
    await run(process.execPath, deploy, { cwd: root, env });
    const code = readFileSync(join(folder, "index.js"));
    const starts: number[] = [];
    for (let n = 0; n < STARTS; n += 1) starts.push(await startOnce(wrangler, join(folder, `${n}.cpuprofile`)));
    return { bytes: code.length, gzipBytes: gzipSync(code).length, startMs: median(starts) };
  });
}

const profileSchema = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.number()),
  /** Microseconds that each sample stands for. */
  timeDeltas: z.array(z.number()),
});

/** Processor time of evaluating the bundle, milliseconds, as workerd's own profiler samples it; waiting is left out. */
async function startOnce(wrangler: string, outfile: string): Promise<number> {
  const args = [wrangler, "check", "startup", "--outfile", outfile, "--args=--env="];
  await run(process.execPath, args, { cwd: root, env });
  const profile = profileSchema.parse(JSON.parse(readFileSync(outfile, "utf8")));
  const idle = profile.nodes.find(({ callFrame }) => callFrame.functionName === "(idle)")?.id;
  const busy = profile.timeDeltas.filter((_, index) => profile.samples[index] !== idle);
  return busy.reduce((sum, micros) => sum + micros, 0) / 1000;
}

/** What a delivery costs at the edge, how large the Worker is and how fast it starts. */
export async function benchEdge(): Promise<Measured<"edge">> {
  const figures = { ...(await measureCost()), ...(await measureBundle()), ...(await measureWeek()) };
  const plan = freePlan(figures);
  const within = (name: keyof typeof MOST): boolean => figures[name] <= MOST[name];
  const verdict = (name: keyof typeof MOST): string => (within(name) ? "ok  " : "OVER");
  const { week } = figures;
  const weekWithin = (name: keyof typeof WEEK_MOST): boolean => week[name] <= WEEK_MOST[name];
  const behind = week.deliveryBehindHelloMs / week.deliveryMs;
  const weekVerdict = (good: boolean): string => (good ? "ok  " : "OVER");
  const text = `per accepted delivery, over ${figures.deliveries} deliveries, acknowledged and pruned:
  ${verdict("rowsWritten")} rows written     ${plan.rowsWritten} (at most ${MOST.rowsWritten})
  ${verdict("rowsRead")} rows read        ${plan.rowsRead} (constant)
  ${verdict("requests")} object requests  ${plan.requests} (at most ${MOST.requests})
  alarms armed         ${figures.alarms} in all
the Worker, as it is deployed:
  ${verdict("gzipBytes")} gzip             ${(figures.gzipBytes / 1024).toFixed(1)} KiB (at most ${MOST.gzipBytes / 1024})
  ${verdict("startMs")} start-up         ${figures.startMs.toFixed(1)} ms (at most ${MOST.startMs})
the free plan, a day, less ${RECONNECTS} reconnects and ${MONITOR_ASKS} times /freshness:
  rows written  (${FREE_PLAN.rowsWritten} - ${plan.beside.rowsWritten}) / ${plan.rowsWritten} = ${plan.deliveriesByRowsWritten} deliveries
  rows read     (${FREE_PLAN.rowsRead} - ${plan.beside.rowsRead}) / ${plan.rowsRead} = ${plan.deliveriesByRowsRead} deliveries
  requests      (${FREE_PLAN.requests} - ${plan.beside.requests}) / ${plan.requests} = ${plan.deliveriesByRequests} deliveries
  the least of them / ${DELIVERIES_A_JOB} deliveries a job = ${plan.jobs} jobs
${week.signals} signals kept:
  ${weekVerdict(weekWithin("helloRowsRead"))} a hello reads    ${week.helloRowsRead} rows, no job open (at most ${WEEK_MOST.helloRowsRead})
  ${weekVerdict(weekWithin("helloRowsReadWithOpenJobs"))} a hello reads    ${week.helloRowsReadWithOpenJobs} rows, ${week.openJobs} jobs open (at most ${WEEK_MOST.helloRowsReadWithOpenJobs})
  ${weekVerdict(weekWithin("freshnessRowsRead"))} freshness reads  ${week.freshnessRowsRead} rows (at most ${WEEK_MOST.freshnessRowsRead})
  ${weekVerdict(behind <= BEHIND_HELLO)} a delivery       ${week.deliveryMs} ms, behind a hello ${week.deliveryBehindHelloMs} ms (at most ${BEHIND_HELLO} times)
${pricesTable(figures.prices)}
`;
  const names = Object.keys(MOST) as (keyof typeof MOST)[];
  const weekNames = Object.keys(WEEK_MOST) as (keyof typeof WEEK_MOST)[];
  return { figures, text, ok: names.every(within) && weekNames.every(weekWithin) && behind <= BEHIND_HELLO };
}
