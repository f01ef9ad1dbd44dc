import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { Ledger } from "../../shared/controller/ledger.ts";
import { plan } from "../../shared/controller/plan.ts";
import { servingPool, type ServingPool } from "../../shared/controller/pool-choice.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import { done, job, OWN_PREFIX, poolOf, running, T0 } from "../shared/controller/world.ts";
import type { Measured } from "./measured.ts";
import { median, quantile } from "./quartiles.ts";

const OPEN_JOBS = 10_000;
const FEW_JOBS = 100;
const FINISHED_JOBS = 100_000;
const SLOTS = 500;
const EVENTS = 2000;
const CLASSES = 50;

const LIMIT_PLAN_MS = 1;
const LIMIT_JOB_BYTES = 1024;
/** Beyond this the cost of an event would depend on how many jobs are closed. */
const LIMIT_GROWTH = 2;
const LIMIT_OPEN_GROWTH = 3;

/** What one event costs with many jobs and slots, and the memory of a job. */
export function benchController(): Promise<Measured<"controller">> {
  // What runs first would pay for the compiler.
  measure(FEW_JOBS, SLOTS, 0);
  const base = measure(OPEN_JOBS, SLOTS, 0);
  const few = measure(FEW_JOBS, SLOTS, 0);
  const old = measure(OPEN_JOBS, SLOTS, FINISHED_JOBS);
  const figures = {
    openJobs: OPEN_JOBS,
    slots: SLOTS,
    eventMs: base.medianMs,
    eventP95Ms: base.p95Ms,
    jobBytes: bytesPerJob(),
    openGrowth: base.medianMs / few.medianMs,
    closedGrowth: old.medianMs / base.medianMs,
  };
  const { eventMs, eventP95Ms, jobBytes, openGrowth, closedGrowth } = figures;
  const lines: readonly Line[] = [
    ["one event and its plan, median", `${eventMs.toFixed(3)} ms`, eventMs, LIMIT_PLAN_MS],
    ["the same, 95th percentile", `${eventP95Ms.toFixed(3)} ms`, eventP95Ms, 4 * LIMIT_PLAN_MS],
    ["memory of one open job", `${jobBytes.toFixed(0)} bytes`, jobBytes, LIMIT_JOB_BYTES],
    ["10,000 open jobs against 100", `× ${openGrowth.toFixed(2)}`, openGrowth, LIMIT_OPEN_GROWTH],
    ["100,000 finished jobs against none", `× ${closedGrowth.toFixed(2)}`, closedGrowth, LIMIT_GROWTH],
  ];
  const head = `ledger   ${OPEN_JOBS} open jobs in ${CLASSES} classes, ${SLOTS} slots, ${EVENTS} events\n`;
  return Promise.resolve({
    figures,
    text: head + lines.map(textOf).join(""),
    ok: lines.every(([, , value, limit]) => value <= limit),
  });
}

type Line = readonly [what: string, figure: string, value: number, limit: number];

function textOf([what, figure, value, limit]: Line): string {
  const verdict = value <= limit ? "ok  " : "OVER";
  return `${verdict}     ${what.padEnd(36)} ${figure.padStart(12)}   limit ${limit}\n`;
}

function measure(openJobs: number, slots: number, closedJobs: number): { medianMs: number; p95Ms: number } {
  const { ledger, pools } = filled(openJobs, slots, closedJobs);
  const times: number[] = [];
  for (let event = 0; event < EVENTS; event += 1) {
    const facts = event % 2 === 0 ? numbered(openJobs + event) : { ...numbered(event), phase: "completed" as const };
    const from = performance.now();
    ledger.apply({ type: "job", source: "signal", facts, atMs: T0, seenAtMs: T0 });
    const { surplus } = plan(ledger, pools, T0);
    ledger.apply({ type: "surplus", atMs: T0, names: surplus });
    times.push(performance.now() - from);
  }
  return { medianMs: median(times), p95Ms: quantile(times, 0.95) };
}

/** Half of the slots busy, half able to take a job: as much to cover as a plan ever has. */
function filled(
  openJobs: number,
  slots: number,
  closedJobs: number,
): { ledger: Ledger; pools: readonly ServingPool[] } {
  const ledger = new Ledger(OWN_PREFIX);
  const pools = [
    servingPool(poolOf({ max: slots }), "amd64"),
    servingPool(poolOf({ key: "gpu", labels: ["gpu"], max: 4 }), "amd64"),
  ];
  const tell = (facts: JobFacts): void =>
    ledger.apply({ type: "job", source: "signal", facts, atMs: T0, seenAtMs: T0 });
  for (let id = 0; id < closedJobs; id += 1) tell(done(1_000_000 + id, null));
  for (let id = 0; id < openJobs; id += 1) tell(numbered(id));
  for (let index = 0; index < slots; index += 1) {
    const name = `${OWN_PREFIX}home-${index}`;
    ledger.apply({ type: "slot", atMs: T0, name, change: "planned", pool: "home", scope: "acme" });
    ledger.apply({ type: "slot", atMs: T0, name, change: "started" });
    if (index % 2 === 0) tell({ ...running(2_000_000 + index, name) });
  }
  return { ledger, pools };
}

/** A job as it comes off the wire, with strings of its own. */
function numbered(id: number): JobFacts {
  const facts = job(id, {
    repository: `acme/repository-${id % CLASSES}`,
    runId: id,
    createdAtMs: T0 + id,
    jobName: `build (${id})`,
  });
  return JSON.parse(JSON.stringify(facts)) as JobFacts;
}

function bytesPerJob(): number {
  const collect = collector();
  const ledger = new Ledger(OWN_PREFIX);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let id = 0; id < OPEN_JOBS; id += 1) {
    ledger.apply({
      type: "job",
      source: "signal",
      facts: numbered(id),
      atMs: T0,
      seenAtMs: T0,
      guid: crypto.randomUUID(),
    });
  }
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / ledger.demand();
  return bytes;
}

/** A full garbage collection, without a flag on the command line. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
