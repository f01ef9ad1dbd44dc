import { join } from "node:path";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import { readFigures, type FiguresOf } from "../../config/build/figures.ts";
import { missingForOwnEngine } from "../stand-ins/docker/own-engine.ts";
import { imageMemory } from "./agent.ts";
import { inBenchFolder } from "./bench-folder.ts";
import type { Measured } from "./measured.ts";
import { isWorse, quantile, quartiles } from "./quartiles.ts";
import { SwarmBursts, type SwarmBurst } from "./swarm-bursts.ts";

type Row = FiguresOf<"swarm">["bursts"][number];
const PLACES = ["first", "median", "last"] as const;
type Place = (typeof PLACES)[number];

export interface SwarmSize {
  readonly jobs: readonly number[];
  /** How many pairs of bursts, Hookline's and bare, for each row; fewer where `mostMs` is over before. */
  readonly rounds: number;
  readonly mostMs: number;
}

const FULL: SwarmSize = { jobs: [1, 12], rounds: 8, mostMs: 150_000 };
/** What each row needs to be seen at all: for the tests. */
export const SMALLEST: SwarmSize = { jobs: [2], rounds: 1, mostMs: 1 };

/**
 * Queued to started on a swarm of one node, Hookline beside bare services that are created and nothing else: bursts in turn,
 * on an engine of the bench's own. @throws {Error} where no such engine can be had.
 */
export async function benchSwarm(size: SwarmSize = FULL): Promise<Measured<"swarm">> {
  const missing = await missingForOwnEngine();
  if (missing !== null) throw new Error(missing);
  return inBenchFolder(async (folder) => {
    const { program } = await bundleAgent(join(folder, "program"));
    const world = await SwarmBursts.start({ program, maxSlots: Math.max(...size.jobs), env: imageMemory() });
    try {
      await pair(world, 1, 0);
      const bursts: Row[] = [];
      for (const jobs of size.jobs) bursts.push(await measureRow(world, jobs, size));
      return measured({ bursts });
    } finally {
      await world.close();
    }
  });
}

interface Pair {
  readonly hookline: SwarmBurst;
  readonly bare: SwarmBurst;
}

async function measureRow(world: SwarmBursts, jobs: number, { rounds, mostMs }: SwarmSize): Promise<Row> {
  const pairs: Pair[] = [];
  const until = performance.now() + mostMs;
  do pairs.push(await pair(world, jobs, pairs.length));
  while (pairs.length < rounds && performance.now() < until);
  const ratio = (times: (burst: SwarmBurst) => readonly number[]) =>
    each((place) => quartiles(pairs.map(({ hookline, bare }) => at(times(hookline), place) / at(times(bare), place))));
  return {
    jobs,
    rounds: pairs.length,
    bareMs: each((place) => quartiles(pairs.map(({ bare }) => at(bare.startedMs, place)))),
    hooklineMs: each((place) => quartiles(pairs.map(({ hookline }) => at(hookline.startedMs, place)))),
    ratio: ratio(({ startedMs }) => startedMs),
    containerRatio: ratio(({ containerMs }) => containerMs),
  };
}

/** Who goes first takes turns: what one leaves behind in the engine must not be the other's alone. */
async function pair(world: SwarmBursts, jobs: number, round: number): Promise<Pair> {
  if (round % 2 === 0) {
    const bare = await world.bare(jobs);
    return { bare, hookline: await world.hookline(jobs) };
  }
  const hookline = await world.hookline(jobs);
  return { hookline, bare: await world.bare(jobs) };
}

function each<T>(value: (place: Place) => T): Record<Place, T> {
  return { first: value("first"), median: value("median"), last: value("last") };
}

function at(times: readonly number[], place: Place): number {
  return quantile(times, { first: 0, median: 0.5, last: 1 }[place]);
}

function measured(figures: FiguresOf<"swarm">): Measured<"swarm"> {
  const worse = figures.bursts.flatMap((now) => {
    const before = readFigures().swarm?.figures.bursts.find(({ jobs }) => jobs === now.jobs);
    if (before === undefined || now.rounds < before.rounds) return [];
    return PLACES.filter((place) => isWorse(now.ratio[place], before.ratio[place])).map(
      (place) => `${now.jobs} jobs, ${place}: worse than recorded\n`,
    );
  });
  const rows = figures.bursts.flatMap(({ jobs, rounds, ratio, containerRatio, hooklineMs, bareMs }) => [
    `${jobs} at once, ${rounds} pairs of bursts`,
    ...PLACES.map((place) => {
      const { lower, median, upper } = ratio[place];
      const ms = `${hooklineMs[place].median.toFixed(0)} : ${bareMs[place].median.toFixed(0)} ms`;
      const spread = `${median.toFixed(2)} times the bare services (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
      return `  ${place.padEnd(7)} ${ms.padEnd(18)} ${spread}; containers alone ${containerRatio[place].median.toFixed(2)}`;
    }),
  ]);
  return { figures, text: `${rows.join("\n")}\n${worse.join("")}`, ok: worse.length === 0 };
}
