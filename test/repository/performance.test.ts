import { expect, test } from "vitest";

import { readFigures } from "../../config/build/figures.ts";
import { chainTable, targetTable } from "../../config/build/performance-tables.ts";
import { figuresByBench, TARGETS, targetRows } from "../../config/build/targets.ts";

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
    ownMs: { p50: 4, p99: 41 },
  });
  const chain = {
    network: "host",
    bursts: [burst(1, 0, 1.02), burst(20, 0, 0.7), burst(20, 300, 0.8), burst(20, 0, 0.95, "slow")],
  };
  const rows = targetRows({ ...figuresByBench(recorded), chain });
  expect(rows.filter(({ value }) => value === null)).toEqual([]);
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
  ]);
});
