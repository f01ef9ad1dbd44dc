import { expect, test } from "vitest";

import { reportOf } from "../../../agent/report/report.ts";
import { reportCsv, reportText } from "../../../agent/report/report-text.ts";
import { WAIT_BOUNDS_MS, type JobDay } from "../../../agent/journal/finished-jobs.ts";
import { costAtGitHub } from "../../../shared/costs/github-prices.ts";

const day = (change: Partial<JobDay> & { waited?: readonly number[] } = {}): JobDay => {
  const { waited = [1000], ...rest } = change;
  const waits = WAIT_BOUNDS_MS.map((bound) => waited.filter((each) => each === bound).length);
  const base = { day: "2026-11-02", pool: "home", repository: "acme/web", conclusion: "success" };
  return { ...base, jobs: waited.length, runMs: 60_000, waitMs: 0, waits, ...rest };
};

test("p50 and p95 are the bounds that half of the jobs and 95 of 100 kept to, and more than an hour is told as such", () => {
  const waited = [
    ...Array<number>(50).fill(2000),
    ...Array<number>(45).fill(10_000),
    ...Array<number>(5).fill(Infinity),
  ];
  expect(reportOf([day({ waited })]).total).toMatchObject({ waitP50Ms: 2000, waitP95Ms: 10_000 });
  expect(reportOf([day({ waited: waited.slice(1) })]).total).toMatchObject({ waitP50Ms: 10_000, waitP95Ms: null });
  expect(reportOf([]).total).toMatchObject({ jobs: 0, waitP50Ms: null, waitP95Ms: null });
});

test("a rate of GitHub's page is the price of a minute, and rounding adds less than one a job", () => {
  expect(costAtGitHub(1000, 50)).toEqual({ atLeastUsd: 6, atMostUsd: 6.3 });
});

test("what failed is told apart from what was cancelled, by pool and repository, the most minutes first", () => {
  const days = [
    day({ conclusion: "failure" }),
    day({ conclusion: "timed_out" }),
    day({ conclusion: "cancelled" }),
    day({ repository: "acme/api", runMs: 600_000 }),
  ];
  const { rows, total } = reportOf(days);
  expect(rows).toMatchObject([
    { repository: "acme/api", jobs: 1, failed: 0, minutes: 10 },
    { repository: "acme/web", jobs: 3, failed: 2, cancelled: 1, minutes: 3 },
  ]);
  expect(total).toMatchObject({ jobs: 4, failed: 2, minutes: 13 });
});

test("since when it knows is said where that is later than what was asked for", () => {
  const report = reportOf([day()]);
  expect(reportText(report, "2026-10-01", "2026-11-02")).toContain("from 2026-10-01; known since 2026-11-02");
  expect(reportText(report, "2026-11-02", "2026-01-01")).not.toContain("known since");
  expect(reportText(reportOf([]), "2026-10-01", null)).toBe("No job has ended here yet.\n");
});

test("a name is never a formula of a spreadsheet, nor does it break a line", () => {
  const csv = reportCsv(reportOf([day({ pool: '=cmd("x"),1', repository: "a\nb" })]));
  expect(csv.split("\r\n")[1]).toMatch(/^"'=cmd\(""x""\),1","a\nb",1,0,0,1,1,1,/);
});
