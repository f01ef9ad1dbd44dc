import type { JobsStatus } from "../../shared/status/job-status.ts";
import { PLAIN_CALL, typedHere } from "../../shared/text/typed-here.ts";
import { textTable } from "../cli/text-table.ts";
import { ageText } from "../../shared/text/age-text.ts";

/** Open jobs as tables: those that wait with their reasons and, unless `waitingOnly`, those that run. */
export function describeOpenJobs(jobs: JobsStatus, atMs: number, waitingOnly: boolean, call = PLAIN_CALL): string {
  const waiting = jobs.waitingTotal === 0 ? "No job waits.\n" : waitingTable(jobs, atMs, call);
  if (waitingOnly) return waiting;
  const running = jobs.runningTotal === 0 ? "No job runs.\n" : runningTable(jobs, atMs);
  return `${running}\n${waiting}`;
}

function waitingTable({ waiting, waitingTotal }: JobsStatus, atMs: number, call: string): string {
  const columns = [
    ["waits", 6],
    ["job", 15],
    ["repository", 30],
    ["because", 90],
  ] as const;
  const rows = waiting.map(({ jobId, repository, sinceMs, why }) => [
    ageText(atMs - sinceMs),
    String(jobId),
    repository,
    why,
  ]);
  return `${textTable(columns, rows)}${rest(waitingTotal, waiting.length)}${typedHere("hookline why JOB", call)} tells what would change it.\n`;
}

function runningTable({ running, runningTotal }: JobsStatus, atMs: number): string {
  const columns = [
    ["runs", 6],
    ["job", 15],
    ["repository", 30],
    ["name", 24],
    ["slot", 63],
  ] as const;
  const rows = running.map(({ jobId, repository, name, slot, startedAtMs }) => [
    startedAtMs === null ? "-" : ageText(atMs - startedAtMs),
    String(jobId),
    repository,
    name ?? "",
    slot,
  ]);
  return `${textTable(columns, rows)}${rest(runningTotal, running.length)}`;
}

function rest(total: number, listed: number): string {
  return total > listed ? `${total - listed} more are not listed.\n` : "";
}
