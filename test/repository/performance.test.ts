import { expect, test } from "vitest";

import { readFigures } from "../../config/build/figures.ts";
import { chainTable, targetTable } from "../../config/build/performance-tables.ts";
import { figuresByBench, TARGETS, targetRows, type FiguresByBench } from "../../config/build/targets.ts";

const recorded = readFigures();
const { agent } = recorded;
const withMemory = (mib: number) => ({
  ...recorded,
  agent: { ...agent, figures: { ...agent.figures, residentKib: mib * 1024 } },
});
const lineOf = (page: string, figure: string): string =>
  page.split("\n").find((line) => line.startsWith(`| ${figure} |`)) ?? "";

test("a target that is missed is called missed on the page, one that is reached met", () => {
  const figure = "resident memory after ten jobs";
  expect(lineOf(targetTable(withMemory(84)), figure)).toMatch(/\| 84 MiB \| ≤ 84 MiB \| met \|/);
  expect(lineOf(targetTable(withMemory(85)), figure)).toMatch(/\| 85 MiB \| ≤ 84 MiB \| missed \|/);
});

test("a figure that nobody has recorded is neither met nor missed", () => {
  const rows = targetRows({});
  expect(rows).toHaveLength(TARGETS.length);
  expect(rows.every(({ value, isMet }) => value === null && isMet === null)).toBe(true);
  const { chain: _, ...without } = recorded;
  expect(chainTable(without)).toBe("not recorded yet");
  expect(lineOf(targetTable(without), "single job, JIT call 0 ms : naive floor")).toContain("not recorded yet");
});

test("each target is found in what its bench measures", () => {
  const starts = (median: number) => ({ lower: median, median, upper: median });
  const of = (first: number) => ({ first: starts(first), median: starts(first + 0.1), last: starts(first + 0.2) });
  const burst = (jobs: number, jitMs: number, first: number, engine: "as it is" | "slow" = "as it is") => ({
    engine,
    jobs,
    jitMs,
    rounds: 12,
    floorMs: of(500),
    hooklineMs: of(400),
    ratio: of(first),
    jobCpuMs: 14,
    ownMs: { p50: 4, p99: 41 },
  });
  const link = {
    deliveries: 1000,
    aSecond: 50,
    storedMs: { p50: 3, p99: 21 },
    journaledMs: { p50: 9, p99: 30 },
    workerCpuMs: 0.9,
    replay: 10_000,
    replayMs: 1400,
  };
  const chain = {
    network: "host",
    bursts: [burst(1, 0, 1.02), burst(20, 0, 0.7), burst(20, 300, 0.8), burst(20, 0, 0.95, "slow")],
  };
  const histories = [10_000, 100_000].map((finishedJobs) => ({ finishedJobs, residentAnonKib: 40 * 1024 }));
  const own = { ...agent.figures, histories, jobCpuMs: 12, idleHourCpuMs: 9000, residentAnonKib: 38 * 1024 };
  const idle = { repositories: 20, idleCalls: 22, idleCounted: 0, idleMs: 40, naiveIdleCalls: 41 };
  const sweep = { sizes: [{ ...idle, busyCalls: 26, busyCounted: 6, naiveBusyCalls: 43 }] };
  const swarmRow = (jobs: number, first: number) => ({
    jobs,
    rounds: 8,
    bareMs: of(800),
    hooklineMs: of(900),
    ratio: of(first),
    containerRatio: of(1),
  });
  const swarm = { bursts: [swarmRow(1, 1.29), swarmRow(12, 1)] };
  const rows = targetRows({ ...figuresByBench(recorded), chain, link, swarm, agent: own, sweep });
  expect(rows.filter(({ value }) => value === null)).toEqual([]);
  const swarmRows = rows.filter(({ bench }) => bench === "swarm").map(({ value, isMet }) => [value, isMet]);
  expect(swarmRows).toEqual([
    [expect.closeTo(1.49), true],
    [expect.closeTo(1.2), true],
  ]);
  const chainRows = rows.filter(({ bench }) => bench === "chain").map(({ value, isMet }) => [value, isMet]);
  expect(chainRows).toEqual([
    [1.02, true],
    [0.7, true],
    [expect.closeTo(0.8), true],
    [expect.closeTo(0.9), true],
    [0.8, true],
    [expect.closeTo(0.9), true],
    [1, true],
    [expect.closeTo(1.05), false],
    [expect.closeTo(1.15), false],
    [4, true],
    [41, false],
    [14, false],
  ]);
});

const withBundle = (bundleBytes: number): FiguresByBench => ({ agent: { ...agent.figures, bundleBytes } });

function bundleRow(now: number, before: FiguresByBench) {
  const row = targetRows(withBundle(now), before).find(({ unit }) => unit === "KiB");
  return [row?.isMet, row?.isWorse];
}

test("a figure is worse where it grew by more than its target's share, whether the target is met or missed", () => {
  const before = withBundle(600 * 1024);
  expect(bundleRow(620 * 1024, before)).toEqual([true, false]);
  expect(bundleRow(640 * 1024, before)).toEqual([true, true]);
  expect(bundleRow(710 * 1024, withBundle(720 * 1024))).toEqual([false, false]);
  expect(bundleRow(640 * 1024, {})).toEqual([true, false]);
});
