import { expect, test } from "vitest";

import { judgeWaiting } from "../../../../agent/doctor/daemon/waiting-check.ts";
import type { WaitingJob } from "../../../../shared/status/job-status.ts";
import { statusSample } from "../../../samples/status.ts";

test("jobs that the daemon counts and does not list are among those that are not named", () => {
  const { atMs } = statusSample();
  const waiting = Array.from({ length: 10 }, (_, n): WaitingJob => ({
    jobId: n,
    name: null,
    runId: n,
    attempt: 1,
    repository: "acme/web",
    labels: [],
    phase: "queued",
    sinceMs: atMs - 1000,
    reason: { code: "full", pools: ["home"] },
    why: "no room in home",
    remedy: "wait",
    mender: "time",
  }));
  const jobs = { byReason: { full: 1500 }, waitingTotal: 1500, waiting, runningTotal: 0, running: [] };
  const { summary, detail } = judgeWaiting(statusSample({ jobs }), 60_000);
  expect(summary).toMatch(/^1500 jobs wait; 0 of acme\/web for 1 s: no room in home$/);
  expect(detail?.split("\n").at(-1)).toBe("and 1496 more: hookline jobs --waiting");
});
