import type { ControllerEvent } from "../../shared/controller/events.ts";
import type { SweepResult } from "../sweeps/sweep.ts";
import { scopeKey } from "../slots/runner-scope.ts";
import { factsOfJob } from "./facts-of-job.ts";

/** Turns what a sweep found into the controller's events; inventory first, so that slots are judged by it. */
export function feedSweep(result: SweepResult, nowMs: number, feed: (event: ControllerEvent) => void): void {
  const { startedAtMs } = result;
  for (const { scope, items, complete } of result.runners) {
    const runners = items.map(({ id, name, status, busy }) => ({ id, name, online: status === "online", busy }));
    feed({ type: "inventory", atMs: nowMs, startedAtMs, scope: scopeKey(scope), complete, runners });
  }
  const jobs = result.jobs.items.map((job) => factsOfJob(job, startedAtMs)).filter((facts) => facts !== null);
  feed({ type: "queue-sweep", atMs: nowMs, startedAtMs, jobs, repositories: result.jobs.repositories });
}
