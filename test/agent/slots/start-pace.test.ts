import { expect, test } from "vitest";

import { StartPace } from "../../../agent/slots/start-pace.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { median } from "../../bench/quartiles.ts";
import { serial, sharedCores, slowDisks, type ModelEngine } from "../../stand-ins/docker/model-engines.ts";
import { calm } from "../../stand-ins/docker/slot-fixtures.ts";
import { seeded } from "../../stand-ins/time/random.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

/** Of one burst: when its first container ran, the one in the middle and the last, milliseconds after it began. */
type Burst = readonly [first: number, median: number, last: number];
type MakeEngine = (clock: VirtualClock, seed: number) => ModelEngine;

const NAS = { leastMs: 500, mostMs: 3000 };
const TWO_CORES = { cores: 2, workMs: 300, restMs: 50 };
const twoCores: MakeEngine = (clock, seed) => sharedCores(clock, seeded(seed), TWO_CORES);
const ENGINES: readonly [string, MakeEngine][] = [
  ["two cores", twoCores],
  ["four slow cores", (clock, seed) => sharedCores(clock, seeded(seed), { cores: 4, workMs: 900, restMs: 200 })],
  ["one start after the other", (clock) => serial(clock, 400)],
  ["many cores", (clock, seed) => sharedCores(clock, seeded(seed), { cores: 64, workMs: 150, restMs: 50 })],
  ["slow disks", (clock, seed) => slowDisks(clock, seeded(seed), NAS)],
  ["slow disks and two cores", (clock, seed) => slowDisks(clock, seeded(seed), NAS, twoCores(clock, seed))],
];

/** Nine days of jobs that come alone and in bursts of one size, with a pace before the engine or without. */
async function bursts(make: MakeEngine, size: number, seed: number, paced: boolean): Promise<readonly Burst[]> {
  const clock = new VirtualClock();
  const engine = make(clock, seed);
  const pace = new StartPace(clock, silentLogger);
  const burst = async (jobs: number): Promise<Burst> => {
    const beganMs = clock.monotonicMs();
    const at: number[] = [];
    const start = () => (paced ? pace.run(engine, calm()) : engine());
    const all = Array.from({ length: jobs }, () => start().then(() => at.push(clock.monotonicMs() - beganMs)));
    await clock.runUntil(Promise.all(all));
    return [at[0] ?? 0, median(at), at.at(-1) ?? 0];
  };
  const seen: Burst[] = [];
  for (let day = 0; day < 9; day += 1) {
    for (let alone = 0; alone < 3; alone += 1) await burst(1);
    await burst(5);
    seen.push(await burst(size));
  }
  return seen;
}

/** Paced by unpaced, medians over the days. */
async function ratios(make: MakeEngine, size: number, seed: number): Promise<Burst> {
  const [paced, free] = [await bursts(make, size, seed, true), await bursts(make, size, seed, false)];
  const of = (all: readonly Burst[], place: number): number => median(all.map((each) => each[place] ?? 0));
  return [of(paced, 0) / of(free, 0), of(paced, 1) / of(free, 1), of(paced, 2) / of(free, 2)];
}

test.each(ENGINES.flatMap(([name, make]) => [1, 5, 20, 100].map((size) => [name, size, make] as const)))(
  "promise 10: on %s a pace makes a burst of %i no later, its first and last included",
  async (_name, size, make) => {
    for (const seed of [1, 2]) {
      const [first, middle, last] = await ratios(make, size, seed);
      expect(first).toBeLessThanOrEqual(1.05);
      expect(middle).toBeLessThanOrEqual(1.05);
      expect(last).toBeLessThanOrEqual(1.05);
    }
  },
);

test("promise 10: where cores are what starts wait for, the first of twenty comes in four fifths of the time, the median in nine tenths", async () => {
  const [first, middle, last] = await ratios(twoCores, 20, 1);
  expect(first).toBeLessThan(0.8);
  expect(middle).toBeLessThan(0.9);
  expect(last).toBeLessThanOrEqual(1.05);
});

/** A pace on an engine that starts crowd: `most` at a time begin, and end when they are told to. */
async function crowdedPace() {
  const clock = new VirtualClock();
  const pace = new StartPace(clock, silentLogger);
  const engine = twoCores(clock, 1);
  for (let alone = 0; alone < 3; alone += 1) await clock.runUntil(pace.run(engine, calm()));
  await clock.runUntil(Promise.all(Array.from({ length: 20 }, () => pace.run(engine, calm()))));
  const most = pace.bound;
  expect(most).toBeLessThan(10);
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<void>>();
  const start = (n: number, signal = calm()): Promise<void> => {
    const end = Promise.withResolvers<void>();
    ends.set(n, end);
    return pace.run(() => {
      begun.push(n);
      return end.promise;
    }, signal);
  };
  return { clock, most, begun, start, end: (n: number) => ends.get(n) };
}

test("promise 10: a start that nobody is before begins in the same turn of the event loop, whatever was learnt", async () => {
  const { clock, start, begun } = await crowdedPace();
  const timers = clock.pending;
  void start(1);
  expect(begun).toEqual([1]);
  expect(timers).toBe(0);
});

test("C21: those that wait go in their order, one for each that ends or fails", async () => {
  const { clock, most, start, begun, end } = await crowdedPace();
  const all = upTo(most + 3).map((n) => start(n).catch(() => "failed"));
  expect(begun).toEqual(upTo(most));
  end(4)?.resolve();
  await clock.advance(0);
  expect(begun).toEqual(upTo(most + 1));
  end(1)?.reject(new Error("no space left on device"));
  await clock.advance(0);
  expect(begun).toEqual(upTo(most + 2));
  expect(await all[0]).toBe("failed");
});

test("promise 16: starts that hang hold the others back for ten seconds and no longer", async () => {
  const { clock, most, start, begun } = await crowdedPace();
  for (const n of upTo(most + 3)) void start(n);
  await clock.advance(9_999);
  expect(begun).toHaveLength(most);
  await clock.advance(1);
  expect(begun).toHaveLength(most + 3);
});

test("a slot that is given up while it waits for its turn is never begun, and keeps nobody's place", async () => {
  const { clock, most, start, begun, end } = await crowdedPace();
  for (const n of upTo(most)) void start(n);
  const gone = new AbortController();
  const given = start(97, gone.signal);
  void start(98);
  gone.abort(new Error("the agent stops"));
  await expect(given).rejects.toThrow("the agent stops");
  end(1)?.resolve();
  await clock.advance(0);
  expect(begun.slice(most)).toEqual([98]);
});

const upTo = (most: number): number[] => Array.from({ length: most }, (_, n) => n + 1);
