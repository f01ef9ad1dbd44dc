import { expect, test } from "vitest";

import { reportOf } from "../../../agent/report/report.ts";
import { reportCsv, reportText } from "../../../agent/report/report-text.ts";
import { WAIT_BOUNDS_MS, type JobDay } from "../../../agent/journal/finished-jobs.ts";
import { costAtGitHub, runnerAtGitHub } from "../../../shared/costs/github-prices.ts";
import { PLAIN_MACHINE } from "../../../shared/costs/runner-machine.ts";

const day = (change: Partial<JobDay> & { waited?: readonly number[] } = {}): JobDay => {
  const { waited = [1000], ...rest } = change;
  const waits = WAIT_BOUNDS_MS.map((bound) => waited.filter((each) => each === bound).length);
  const base = {
    day: "2026-11-02",
    pool: "home",
    repository: "acme/web",
    conclusion: "success",
    machine: PLAIN_MACHINE,
  };
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
  expect(costAtGitHub([{ machine: PLAIN_MACHINE, runMs: 60_000_000, jobs: 50 }])).toEqual({
    atLeastUsd: 6,
    atMostUsd: 6.3,
  });
});

test.each([
  ["x64", null, "Linux 2-core", 0.006],
  ["x64", 1, "Linux 2-core", 0.006],
  ["x64", 2.5, "Linux 4-core", 0.012],
  ["x64", 96, "Linux 96-core", 0.252],
  ["arm64", null, "Linux 2-core arm64", 0.005],
  ["arm64", 4, "Linux 4-core arm64", 0.008],
  ["arm64", 128, "Linux 64-core arm64", 0.098],
] as const)("a runner on %s with %s CPUs is compared with GitHub's %s", (architecture, cpus, runner, usdPerMinute) => {
  expect(runnerAtGitHub({ architecture, cpus })).toEqual({ runner, usdPerMinute });
});

test("minutes cost what GitHub takes for such a machine: the report tells which, and adds them up", () => {
  const days = [
    day({ runMs: 6_000_000 }),
    day({ runMs: 6_000_000, machine: { architecture: "arm64", cpus: null } }),
    day({ runMs: 6_000_000, machine: { architecture: "x64", cpus: 8 } }),
  ];
  const report = reportOf(days);
  expect(report.total.github).toEqual({ atLeastUsd: 3.3, atMostUsd: 3.33 });
  expect(report.rows).toMatchObject([{ pool: "home", minutes: 300, github: { atLeastUsd: 3.3 } }]);
  const text = reportText(report, "2026-11-01", "2026-11-01");
  const compared = "Linux 2-core arm64, $0.005 a minute; Linux 2-core, $0.006 a minute; Linux 8-core, $0.022 a minute";
  expect(text).toContain(`At GitHub: ${compared}, since 2026-01-01`);
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
