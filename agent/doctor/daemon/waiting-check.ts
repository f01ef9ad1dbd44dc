import type { Status } from "../../../shared/status/status.ts";
import type { WaitingJob } from "../../../shared/status/job-status.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { checkOfPause } from "./check-of-pause.ts";

const MOST_NAMED = 3;

/**
 * Whether the jobs that wait will get a runner by themselves. One that needs a person fails; one that waits for a place
 * passes, until it has waited longer than `tooLongMs`. What another check is about is reported there.
 *
 * @throws {Skipped} where all of them wait for what other checks report
 */
export function judgeWaiting({ jobs, atMs }: Status, tooLongMs: number): Finding {
  const { waiting, waitingTotal } = jobs;
  const [oldest] = waiting;
  if (oldest === undefined) return { status: "pass", summary: "no job waits" };
  const all = countText(waitingTotal, "job waits", "jobs wait");
  const ours = waiting.filter((job) => toldBy(job) === null);
  const [first] = ours;
  if (first === undefined)
    throw new Skipped(`${all}: ${oldest.why}`, ...new Set(waiting.map((job) => toldBy(job) ?? "pools")));
  const helpless = ours.find(({ mender }) => mender === "person");
  const late = ours.find(({ mender, sinceMs }) => mender === "time" && atMs - sinceMs > tooLongMs);
  const told = helpless ?? late ?? first;
  const others = waiting.filter((job) => job !== told);
  const said = {
    summary: `${all}; ${nameOf(told)} for ${ageText(atMs - told.sinceMs)}: ${told.why}`,
    ...detailOf(others, waitingTotal - 1),
  };
  if (helpless === undefined && late === undefined) return { status: "pass", ...said };
  return { status: helpless === undefined ? "warn" : "fail", ...said, remedy: told.remedy };
}

/** The check that is about what the job waits for; null for this one, and for what passes by itself. */
function toldBy({ reason, mender }: WaitingJob): string | null {
  if (mender === "time") return null;
  if (reason.code === "draining") return "pools";
  if (reason.code === "no-room") return "room";
  return reason.code === "paused" ? checkOfPause(reason.why) : null;
}

function nameOf({ jobId, repository }: WaitingJob): string {
  return `${jobId} of ${repository}`;
}

/** The first of `total` others. */
function detailOf(others: readonly WaitingJob[], total: number): { readonly detail?: string } {
  if (others.length === 0) return {};
  const lines = others.slice(0, MOST_NAMED).map((job) => `${nameOf(job)}: ${job.why}`);
  if (total > lines.length) lines.push(`and ${total - lines.length} more: hookline jobs --waiting`);
  return { detail: lines.join("\n") };
}
