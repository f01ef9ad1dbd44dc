import { join } from "node:path";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import { readFigures, type FiguresOf } from "../../config/build/figures.ts";
import { imageMemory } from "./agent.ts";
import { inBenchFolder } from "./bench-folder.ts";
import { ChainBursts, type Burst } from "./chain-bursts.ts";
import { SlowEngine } from "../stand-ins/docker/slow-engine.ts";
import type { Measured } from "./measured.ts";
import { isWorse, quantile, quartiles } from "./quartiles.ts";

type Cell = FiguresOf<"chain">["bursts"][number];
const PLACES = ["first", "median", "last"] as const;

export interface ChainSize {
  /** How many pairs of bursts, Hookline's and the floor's, for each row. */
  readonly rounds: number;
  readonly jobs: readonly number[];
  readonly jitMs: readonly number[];
  /** The same with an engine whose create and start are slow, JIT calls answered at once. */
  readonly slowJobs: readonly number[];
}

const FULL: ChainSize = { rounds: 12, jobs: [1, 5, 20], jitMs: [0, 300], slowJobs: [1, 20] };
/** What each row needs to be seen at all: for `pnpm test`. */
export const SMALLEST: ChainSize = { rounds: 1, jobs: [1, 2], jitMs: [0], slowJobs: [2] };

/**
 * Queued to started, Hookline beside the naive floor: bursts in turn, so that whatever else the machine does befalls both
 * alike. Real workerd, real Docker, a GitHub on loopback. Needs a Docker Engine.
 */
export function benchChain(size: ChainSize = FULL): Promise<Measured<"chain">> {
  return inBenchFolder(async (folder) => {
    const { program } = await bundleAgent(join(folder, "program"));
    const rows = size.jitMs.flatMap((jitMs) => size.jobs.map((jobs) => ({ jobs, jitMs })));
    const slowRows = size.slowJobs.map((jobs) => ({ jobs, jitMs: 0 }));
    const usual = await cellsOn(null, program, rows, size.rounds);
    const slow = await SlowEngine.start();
    try {
      const bursts = [...usual, ...(await cellsOn(slow, program, slowRows, size.rounds))];
      return measured({ network: "host", bursts });
    } finally {
      await slow.close();
    }
  });
}

type Row = Pick<Cell, "jobs" | "jitMs">;

async function cellsOn(
  slow: SlowEngine | null,
  program: string,
  rows: readonly Row[],
  rounds: number,
): Promise<readonly Cell[]> {
  const maxSlots = Math.max(...rows.map(({ jobs }) => jobs));
  const world = await ChainBursts.start({ program, maxSlots, env: { ...imageMemory(), LOG_LEVEL: "info" }, slow });
  try {
    const seed = (round: number): void => slow?.seed(round);
    await pair(world, 1, 0, seed);
    const cells: Cell[] = [];
    for (const row of rows) {
      const cell = await measureCell(world, row, rounds, seed);
      cells.push({ engine: slow === null ? "as it is" : "slow", ...cell });
    }
    return cells;
  } finally {
    await world.close();
  }
}

interface Pair {
  readonly hookline: Burst;
  readonly floor: Burst;
}

async function measureCell(
  world: ChainBursts,
  { jobs, jitMs }: Row,
  rounds: number,
  seed: (round: number) => void,
): Promise<Omit<Cell, "engine">> {
  const stopDelay = world.delayJit(jitMs);
  const pairs: Pair[] = [];
  const beforeMs = world.agentCpuMs();
  for (let round = 0; round < rounds; round += 1) pairs.push(await pair(world, jobs, round, seed));
  const jobCpuMs = (world.agentCpuMs() - beforeMs) / (rounds * jobs);
  stopDelay();
  const own = pairs.flatMap(({ hookline }) => hookline.ownMs);
  return {
    jobs,
    jitMs,
    rounds,
    floorMs: each((place) => quartiles(pairs.map(({ floor }) => of(floor, place)))),
    hooklineMs: each((place) => quartiles(pairs.map(({ hookline }) => of(hookline, place)))),
    ratio: each((place) => quartiles(pairs.map(({ hookline, floor }) => of(hookline, place) / of(floor, place)))),
    jobCpuMs,
    ownMs: { p50: Math.max(0, quantile(own, 0.5)), p99: Math.max(0, quantile(own, 0.99)) },
  };
}

/**
 * Who goes first takes turns: what one leaves behind in the engine must not be the other's alone. `seed` is called before each
 * of the two, so that a slow engine is equally slow for both.
 */
async function pair(world: ChainBursts, jobs: number, round: number, seed: (round: number) => void): Promise<Pair> {
  const seeded = (burst: () => Promise<Burst>): Promise<Burst> => {
    seed(round);
    return burst();
  };
  const hooklines = (): Promise<Burst> => seeded(() => world.hookline(jobs));
  const floors = (): Promise<Burst> => seeded(() => world.floor(jobs));
  if (round % 2 === 0) {
    const floor = await floors();
    return { floor, hookline: await hooklines() };
  }
  const hookline = await hooklines();
  return { hookline, floor: await floors() };
}

function each<T>(value: (place: (typeof PLACES)[number]) => T): Record<(typeof PLACES)[number], T> {
  return { first: value("first"), median: value("median"), last: value("last") };
}

function of({ startedMs }: Burst, place: (typeof PLACES)[number]): number {
  return quantile(startedMs, { first: 0, median: 0.5, last: 1 }[place]);
}

function measured(figures: FiguresOf<"chain">): Measured<"chain"> {
  const worse = figures.bursts.flatMap((now) => {
    const before = readFigures().chain?.figures.bursts.find(
      (row) => row.engine === now.engine && row.jobs === now.jobs && row.jitMs === now.jitMs,
    );
    if (before === undefined || now.rounds < before.rounds) return [];
    return PLACES.filter((place) => isWorse(now.ratio[place], before.ratio[place])).map(
      (place) => `engine ${now.engine}, ${now.jobs} jobs, JIT ${now.jitMs} ms, ${place}: worse than recorded\n`,
    );
  });
  const rows = figures.bursts.flatMap((row) => [
    `engine ${row.engine}, ${row.jobs} at once, JIT ${row.jitMs} ms, ${row.rounds} pairs of bursts; own part ${row.ownMs.p50.toFixed(0)} ms, ${row.ownMs.p99.toFixed(0)} ms at the 99th percentile; ${row.jobCpuMs?.toFixed(1)} ms of processor time a job`,
    ...PLACES.map((place) => {
      const { lower, median, upper } = row.ratio[place];
      const ms = `${row.hooklineMs[place].median.toFixed(0)} : ${row.floorMs[place].median.toFixed(0)} ms`;
      return `  ${place.padEnd(7)} ${ms.padEnd(18)} ${median.toFixed(2)} times the floor (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
    }),
  ]);
  return { figures, text: `${rows.join("\n")}\n${worse.join("")}`, ok: worse.length === 0 };
}
