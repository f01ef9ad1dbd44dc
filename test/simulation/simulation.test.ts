import { expect, test } from "vitest";

import { DIRECTED } from "./directed.ts";
import { reportFailure } from "./report-failure.ts";
import { run } from "./run.ts";
import { keeping, scenarioOf, type Item, type Scenario } from "./scenario.ts";

const FIXED = { from: 1, count: 120 };
const FRESH = { from: Math.floor(Math.random() * 2 ** 31), count: 120 };

async function keepsPromises({
  from,
  count,
}: {
  readonly from: number;
  readonly count: number;
}): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  for (let seed = from; seed < from + count; seed += 1) {
    const { violation, met } = await run(scenarioOf(seed));
    for (const name of met) seen.set(name, (seen.get(name) ?? 0) + 1);
    if (violation !== null) throw new Error(await reportFailure(seed, violation.promise, violation.message));
  }
  return seen;
}

test("C10, C17, C23, G1, promises 3 to 9: whatever goes wrong, every promise holds at each step, and every live job runs in the end (fixed seeds)", async () => {
  const met = await keepsPromises(FIXED);
  // A condition that hardly anybody meets proves nothing.
  const rare = [...met].filter(([, seeds]) => seeds < 3).map(([name]) => name);
  expect({ rare, kinds: met.size }).toEqual({ rare: [], kinds: 34 });
});

test("the same for seeds that nobody has tried before", async () => {
  console.info(`fresh seeds: pnpm simulate --from ${FRESH.from} --seeds ${FRESH.count}`);
  await keepsPromises(FRESH);
});

test("a delivery that GitHub sent before the calm and that comes late in it is waited for, not called a broken promise", async () => {
  const job = {
    kind: "job",
    gatedMs: null,
    heldMs: null,
    cancelMs: null,
    foreign: false,
    stuck: false,
    rerun: false,
  } as const;
  const items: readonly Item[] = [
    { ...job, atMs: 271_629, repository: "acme/api", labels: ["nas"], count: 2, durationMs: 30_000 },
    { ...job, atMs: 411_099, repository: "acme/web", labels: ["self-hosted", "nas"], count: 2, durationMs: 500 },
    {
      ...job,
      atMs: 343_464,
      repository: "acme/web",
      labels: ["ubuntu-latest"],
      count: 1,
      durationMs: 5000,
      rerun: true,
    },
    { kind: "trouble", atMs: 439_152, forMs: 151_030, change: { mailboxFails: true } },
    { kind: "trouble", atMs: 351_091, forMs: 139_778, change: { deliveryDelayMs: 300_000 } },
    { kind: "trouble", atMs: 259_643, forMs: 117_941, change: { diskFull: true } },
  ];
  const once = { seed: 2_145_181_363, max: 4, min: 0, cooldownSeconds: 10, sweepsAlone: false } as const;
  const { violation } = await run({ ...once, items });
  expect(violation?.message).toBeUndefined();
});

test("promise 5: with the edge down from the first to the last moment, sweeps alone serve every job", async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const { violation } = await run({ ...scenarioOf(seed), sweepsAlone: true });
    expect(violation?.message).toBeUndefined();
  }
});

test.for(DIRECTED)("$name", async ({ scenario }) => {
  const { violation } = await run(scenario);
  expect(violation?.message).toBeUndefined();
});

test("a seed repeats its run, event by event", async () => {
  const traces = await Promise.all([traceOf(scenarioOf(81)), traceOf(scenarioOf(81))]);
  expect(traces[0].length).toBeGreaterThan(100);
  expect(traces[1]).toEqual(traces[0]);
});

async function traceOf(scenario: Scenario): Promise<string[]> {
  const trace: string[] = [];
  await run(scenario, (line) => void trace.push(line));
  return trace;
}

test("G1: whichever one delivery of a job is lost, the job runs, and nothing is left in the end", async () => {
  const job = { kind: "job", atMs: 1000, repository: "acme/web", labels: ["nas"], count: 1, durationMs: 5000 } as const;
  const plain = { gatedMs: null, heldMs: null, cancelMs: null, foreign: false, stuck: false, rerun: false };
  for (const lostFromMs of [0, 2000, 7000]) {
    const lost = { kind: "trouble", atMs: lostFromMs, forMs: 3000, change: { loseDeliveries: 1 } } as const;
    const items = [{ ...job, ...plain }, lost];
    const { violation } = await run({ seed: 1, items, max: 2, min: 0, cooldownSeconds: 60, sweepsAlone: false });
    expect(violation?.message).toBeUndefined();
  }
});

test("a scenario without its items is the same world in peace", async () => {
  const { violation, sweeps } = await run(keeping(scenarioOf(5), []));
  expect(violation).toBeNull();
  expect(sweeps).toBe(0);
});
