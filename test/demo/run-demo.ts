import { setTimeout as sleep } from "node:timers/promises";

import { unlessAborted } from "../../agent/clock/unless-aborted.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import type { Job } from "../stand-ins/github/state/model.ts";
import { patience } from "../stand-ins/process/patience.ts";
import type { DemoOptions } from "./demo-options.ts";
import { demoReport, reportJob, type DemoReport, type ReportedJob } from "./demo-report.ts";
import { REPOSITORY, startDemoWorld, type DemoWorld } from "./demo-world.ts";

/** How long a demo job works. */
const JOB_MS = 300;

/** Told of each job as soon as it has ended. */
export type OnDone = (job: ReportedJob) => void;

/**
 * Queues the jobs, waits for their end and for the last slot to be cleared, and reports. Clears everything away before it
 * resolves or, with the reason of `signal` once that is aborted, rejects.
 */
export async function runDemo(options: DemoOptions, onDone: OnDone, signal: AbortSignal): Promise<DemoReport> {
  const { slots, initSwarm, standalone, jobs } = options;
  const world = await startDemoWorld({ slots, initSwarm, standalone, maxSlots: jobs, signal });
  try {
    return await unlessAborted(work(world, options, onDone, signal), signal);
  } finally {
    await world.close();
  }
}

async function work(world: DemoWorld, options: DemoOptions, onDone: OnDone, signal: AbortSignal): Promise<DemoReport> {
  const ids = await queueJobs(world, options, signal);
  await Promise.all(ids.map((id) => follow(world, id, onDone)));
  await slotsCleared(world);
  return report(world, ids);
}

async function queueJobs(
  { github, labels }: DemoWorld,
  { jobs, gapMs }: DemoOptions,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const ids: number[] = [];
  for (let index = 0; index < jobs; index += 1) {
    if (index > 0 && gapMs > 0) await sleep(gapMs, undefined, { signal });
    ids.push(github.queueJob({ repository: REPOSITORY, labels, runsForMs: JOB_MS }).id);
  }
  return ids;
}

async function follow(world: DemoWorld, id: number, onDone: OnDone): Promise<void> {
  await world.github.waitFor((github) => ended(github, id), `job ${id} to end`);
  onDone(lookUp(world, [id])[0] ?? reportJob(queued(world.github.job(id)), undefined));
}

function ended(github: LoopbackGitHub, id: number): boolean {
  return github.job(id).status === "completed" && heard(github, id);
}

/** Whether the agent could know by now: the job's last delivery was answered. */
function heard(github: LoopbackGitHub, id: number): boolean {
  return github.deliveries().some(({ jobId, action, statusCode }) => {
    return jobId === id && action === "completed" && statusCode === 202;
  });
}

/** Slots end by themselves after their job; the agent clears them away and says so in its journal. */
async function slotsCleared({ agent, github }: DemoWorld): Promise<void> {
  await github.deliveriesSettled();
  await agent.waitFor(({ slots, demand }) => slots === 0 && demand === 0, patience());
}

function lookUp(world: DemoWorld, ids: readonly number[]): readonly ReportedJob[] {
  const timelines = new Map(world.journal().jobs.map((timeline) => [timeline.jobId, timeline]));
  return ids.map((id) => reportJob(queued(world.github.job(id)), timelines.get(id)));
}

function queued({ id, createdAtMs, startedAtMs, completedAtMs }: Job) {
  return { id, queuedAtMs: createdAtMs, startedAtMs, completedAtMs };
}

async function report(world: DemoWorld, ids: readonly number[]): Promise<DemoReport> {
  const left = await world.provider.list(new AbortController().signal);
  const duplicatesSent = world.github.deliveries().filter((delivery) => delivery.duplicate).length;
  const slotsCreated = world.journal().slots.length;
  return demoReport(lookUp(world, ids), { duplicatesSent, slotsCreated, slotsLeft: left.length, warm: 0 });
}
