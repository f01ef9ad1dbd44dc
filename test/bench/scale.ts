import { seeded } from "../stand-ins/time/random.ts";
import type { Measured } from "./measured.ts";
import { median, quantile } from "./quartiles.ts";
import { ScaleWorld } from "./scale-world.ts";

const DAY_MS = 24 * 60 * 60_000;
/** What the simulation itself may take. */
const MOST = { wallMs: 300_000, residentKib: 1024 * 1024, coreShare: 0.5, eventMs: 5 };

export interface ScaleSize {
  readonly pools: number;
  readonly engines: number;
  readonly nodesOfEach: number;
  readonly jobsADay: number;
  readonly jobMs: number;
  /** Virtual time, milliseconds; less of it where the bench's own bound is reached before. */
  readonly simulatedMs: number;
}

const FULL: ScaleSize = {
  pools: 20,
  engines: 20,
  nodesOfEach: 10,
  jobsADay: 1_000_000,
  jobMs: 180_000,
  simulatedMs: 300_000,
};
/** For `pnpm test`. */
export const SMALLEST: ScaleSize = {
  ...FULL,
  pools: 2,
  engines: 2,
  nodesOfEach: 2,
  jobsADay: 20_000,
  simulatedMs: 600_000,
};

/** What the controller costs at a million jobs a day: 20 pools on 20 swarms of ten nodes each. Ends by itself in five minutes. */
export function benchScale(size: ScaleSize = FULL): Promise<Measured<"scale">> {
  const endsAtMs = performance.now() + MOST.wallMs;
  const { simulatedMs, ...options } = size;
  const world = new ScaleWorld({ ...options, random: seeded(1) });
  world.run(simulatedMs, () => performance.now() < endsAtMs);
  const { eventsMs } = world;
  const processorMs = eventsMs.reduce((sum, ms) => sum + ms, 0);
  const jobs = world.endedJobs;
  const coreMsADay = (processorMs / jobs) * size.jobsADay;
  const figures = {
    pools: size.pools,
    engines: size.engines,
    nodes: size.engines * size.nodesOfEach,
    jobsADay: size.jobsADay,
    jobMs: size.jobMs,
    simulatedMs: world.passedMs,
    jobs,
    events: eventsMs.length,
    mostSlots: world.mostSlots,
    leftWaiting: world.leftWaiting,
    eventMs: median(eventsMs),
    eventP95Ms: quantile(eventsMs, 0.95),
    jobCpuMs: processorMs / jobs,
    coreShare: coreMsADay / DAY_MS,
    residentKib: Math.round(process.memoryUsage.rss() / 1024),
  };
  const { coreShare, eventMs, residentKib } = figures;
  const ok = coreShare <= MOST.coreShare && eventMs <= MOST.eventMs && residentKib <= MOST.residentKib;
  const text = `${size.pools} pools, ${size.engines} engines, ${figures.nodes} nodes, ${size.jobsADay} jobs a day of ${size.jobMs / 60_000} minutes; ${(figures.simulatedMs / 60_000).toFixed(1)} minutes simulated
jobs ended, events, slots at most   ${jobs}, ${figures.events}, ${figures.mostSlots}; ${figures.leftWaiting} jobs wait at the end
one event and its plan, processor   ${eventMs.toFixed(3)} ms in the median, ${figures.eventP95Ms.toFixed(3)} ms at the 95th percentile (at most ${MOST.eventMs})
processor time of one job           ${figures.jobCpuMs.toFixed(2)} ms, so ${(coreShare * 100).toFixed(1)} % of one core (at most ${MOST.coreShare * 100})
memory of the simulation            ${(residentKib / 1024).toFixed(0)} MiB (at most ${MOST.residentKib / 1024})
${ok ? "ok" : "OVER"}
`;
  return Promise.resolve({ figures, text, ok });
}
