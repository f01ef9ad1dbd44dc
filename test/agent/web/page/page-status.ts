import type { RunningJob, WaitingJob } from "../../../../shared/status/job-status.ts";
import type { Status } from "../../../../shared/status/status.ts";
import { statusSample } from "../../../samples/status.ts";
import { busyStatus } from "../metrics/busy-status.ts";

export const AT_MS = statusSample().atMs;

/** A job that waits for a place. */
export function waitingJob(change: Partial<WaitingJob> = {}): WaitingJob {
  return {
    jobId: 71,
    name: "build",
    runId: 7,
    attempt: 1,
    repository: "acme/website",
    labels: ["self-hosted", "nas"],
    phase: "queued",
    sinceMs: AT_MS - 40_000,
    reason: { code: "full", pools: ["nas"] },
    why: "Every slot of nas is taken.",
    remedy: "Wait for a slot to end, or raise max.",
    mender: "time",
    ...change,
  };
}

/** A job on one of our runners. */
export function runningJob(change: Partial<RunningJob> = {}): RunningJob {
  return {
    jobId: 81,
    name: "test",
    runId: 8,
    attempt: 1,
    repository: "acme/website",
    labels: ["self-hosted", "nas"],
    slot: "hookline-nas--nas-abcdefghij",
    pool: "nas",
    startedAtMs: AT_MS - 65_000,
    ...change,
  };
}

/** A daemon at work in which everything on the page has something to say. */
export function pageStatus(change: Partial<Status> = {}): Status {
  const waiting = [waitingJob()];
  const running = [runningJob()];
  const jobs = { byReason: { full: 1 }, waitingTotal: 1, waiting, runningTotal: 1, running };
  const link: Status["link"] = {
    state: "up",
    sinceMs: AT_MS - 3_700_000,
    redialAtMs: null,
    lastClose: null,
    cursor: { stream: "s", acked: 12 },
    unread: 0,
  };
  return { ...busyStatus(), jobs, link, ...change };
}
