import type { Figures, FiguresOf, SectionName } from "./figures.ts";

/** Figures by bench, as recorded or as just measured. */
export type FiguresByBench = { readonly [Name in SectionName]?: FiguresOf<Name> };

/** What a figure is to come to. */
export interface Target {
  readonly bench: SectionName;
  readonly figure: string;
  readonly unit: "ms" | "MiB" | "KiB" | "times" | "calls";
  /** The target itself; larger is worse. */
  readonly most: number;
  /**
   * By which share a figure may be above what is recorded before `pnpm bench --json` ends with 1: what two runs on one quiet
   * machine differ by, and half as much again. Half where nothing is said; those in JUDGES_ITSELF go by the noise of both runs.
   */
  readonly mayGrowBy?: number;
  /** Undefined where its bench has not measured it. */
  readonly valueOf: (figures: FiguresByBench) => number | undefined;
}

/** A target beside what was measured. */
export interface TargetRow extends Omit<Target, "valueOf"> {
  readonly value: number | null;
  readonly isMet: boolean | null;
  /** What it is compared with; null where nothing was recorded. */
  readonly recorded: number | null;
  readonly isWorse: boolean;
}

/** Benches that measure pairs, and say themselves whether a ratio is worse than recorded. */
export const JUDGES_ITSELF: ReadonlySet<SectionName> = new Set(["chain", "swarm"]);

/** Where no target says another share. */
const MAY_GROW_BY = 0.5;

type Burst = FiguresOf<"chain">["bursts"][number];

/** Of the burst of so many jobs. */
function burst(
  jobs: number,
  jitMs: number,
  value: (burst: Burst) => number | undefined,
  engine: Burst["engine"] = "as it is",
): Target["valueOf"] {
  return ({ chain }) => {
    const found = chain?.bursts.find((each) => each.engine === engine && each.jobs === jobs && each.jitMs === jitMs);
    return found === undefined ? undefined : value(found);
  };
}

function ofFloor(name: string, jobs: number, jitMs: number, place: keyof Burst["ratio"], most: number): Target {
  const valueOf = burst(jobs, jitMs, ({ ratio }) => ratio[place].median);
  return { bench: "chain", figure: `${name}, JIT call ${jitMs} ms : naive floor`, unit: "times", most, valueOf };
}

const TWENTY = [0, 300].flatMap((jitMs) => [
  ofFloor("burst of 20, first", 20, jitMs, "first", 0.8),
  ofFloor("burst of 20, median", 20, jitMs, "median", 1),
  ofFloor("burst of 20, last", 20, jitMs, "last", 1.05),
]);

function onSlowEngine(place: keyof Burst["ratio"], most: number): Target {
  const valueOf = burst(20, 0, ({ ratio }) => ratio[place].median, "slow");
  return {
    bench: "chain",
    figure: `burst of 20 on a slow engine, ${place} : naive floor`,
    unit: "times",
    most,
    valueOf,
  };
}

/** Of the last of so many jobs at once on a swarm. */
function onSwarm(name: string, jobs: number, most: number): Target {
  return {
    bench: "swarm",
    figure: `on a swarm, ${name} : bare services`,
    unit: "times",
    most,
    valueOf: ({ swarm }) => swarm?.bursts.find((row) => row.jobs === jobs)?.ratio.last.median,
  };
}

function anonAfter(jobs: number): Target["valueOf"] {
  return ({ agent }) => {
    const found = agent?.histories?.find(({ finishedJobs }) => finishedJobs === jobs);
    return found && found.residentAnonKib / 1024;
  };
}

/** Nothing is refused for missing one: a target is where the work goes, not where it is. */
export const TARGETS: readonly Target[] = [
  ofFloor("single job", 1, 0, "first", 1.03),
  ...TWENTY,
  onSlowEngine("median", 1),
  onSlowEngine("last", 1.05),
  onSwarm("single job", 1, 1.5),
  onSwarm("last of twelve at once", 12, 1.25),
  {
    bench: "chain",
    figure: "queued to the JIT call, burst of 20, median",
    unit: "ms",
    most: 5,
    valueOf: burst(20, 0, ({ ownMs }) => ownMs.p50),
  },
  {
    bench: "chain",
    figure: "queued to the JIT call, burst of 20, 99th percentile",
    unit: "ms",
    most: 40,
    valueOf: burst(20, 0, ({ ownMs }) => ownMs.p99),
  },
  {
    bench: "chain",
    figure: "processor time of the agent, a job in a burst of 20",
    unit: "ms",
    most: 5,
    valueOf: burst(20, 0, ({ jobCpuMs }) => jobCpuMs),
  },
  {
    bench: "link",
    figure: "signed delivery stored and answered at 50 a second, median",
    unit: "ms",
    most: 4,
    valueOf: ({ link }) => link?.storedMs.p50,
  },
  {
    bench: "link",
    figure: "signed delivery stored and answered at 50 a second, 99th percentile",
    unit: "ms",
    most: 20,
    valueOf: ({ link }) => link?.storedMs.p99,
  },
  {
    bench: "link",
    figure: "processor time of workerd, a stored delivery",
    unit: "ms",
    most: 1,
    valueOf: ({ link }) => link?.workerCpuMs,
  },
  {
    bench: "agent",
    figure: "resident memory after ten jobs",
    unit: "MiB",
    most: 84,
    mayGrowBy: 0.15,
    valueOf: ({ agent }) => agent && agent.residentKib / 1024,
  },
  {
    bench: "agent",
    figure: "memory after ten jobs that is not pages of the Node binary",
    unit: "MiB",
    most: 32,
    mayGrowBy: 0.15,
    valueOf: ({ agent }) => agent && (agent.residentKib - agent.residentFileKib) / 1024,
  },
  {
    bench: "agent",
    figure: "memory of the process alone, 10,000 finished jobs in the journal",
    unit: "MiB",
    most: 40,
    mayGrowBy: 0.15,
    valueOf: anonAfter(10_000),
  },
  {
    bench: "agent",
    figure: "memory of the process alone, 100,000 finished jobs in the journal",
    unit: "MiB",
    most: 48,
    mayGrowBy: 0.15,
    valueOf: anonAfter(100_000),
  },
  {
    bench: "agent",
    figure: "processor time of a job, its sweep included",
    unit: "ms",
    most: 5,
    valueOf: ({ agent }) => agent?.jobCpuMs,
  },
  {
    bench: "agent",
    figure: "processor time of an idle agent an hour",
    unit: "ms",
    most: 10_000,
    valueOf: ({ agent }) => agent?.idleHourCpuMs,
  },
  {
    bench: "sweep",
    figure: "calls of an idle sweep of 20 repositories",
    unit: "calls",
    most: 30,
    mayGrowBy: 0,
    valueOf: ({ sweep }) => sweep?.sizes.find(({ repositories }) => repositories === 20)?.idleCalls,
  },
  {
    bench: "sweep",
    figure: "of them against GitHub's limit",
    unit: "calls",
    most: 0,
    mayGrowBy: 0,
    valueOf: ({ sweep }) => sweep?.sizes.find(({ repositories }) => repositories === 20)?.idleCounted,
  },
  {
    bench: "agent",
    figure: "code that the daemon loads",
    unit: "KiB",
    most: 700,
    mayGrowBy: 0.05,
    valueOf: ({ agent }) => agent && agent.bundleBytes / 1024,
  },
  {
    bench: "controller",
    figure: "cost of an event, 10,000 open jobs : 100",
    unit: "times",
    most: 1.5,
    valueOf: ({ controller }) => controller?.openGrowth,
  },
  {
    bench: "controller",
    figure: "cost of an event, 100,000 finished jobs : none",
    unit: "times",
    most: 1.5,
    valueOf: ({ controller }) => controller?.closedGrowth,
  },
  {
    bench: "link",
    figure: "replay of 10,000 signals, until the journal has them",
    unit: "ms",
    most: 1500,
    valueOf: ({ link }) => link?.replayMs,
  },
];

/** Every target with its figure, and whether that is worse than what is recorded. */
export function targetRows(figures: FiguresByBench, before: FiguresByBench = {}): readonly TargetRow[] {
  return TARGETS.map(({ valueOf, ...target }) => {
    const [value = null, recorded = null] = [valueOf(figures), valueOf(before)];
    const { bench, most, mayGrowBy = MAY_GROW_BY } = target;
    const isWorse =
      !JUDGES_ITSELF.has(bench) && value !== null && recorded !== null && value > recorded * (1 + mayGrowBy);
    return { ...target, value, isMet: value === null ? null : value <= most, recorded, isWorse };
  });
}

/** What is recorded, without dates and machines. */
export function figuresByBench(recorded: Figures): FiguresByBench {
  const sections = Object.entries(recorded).flatMap(([name, section]) => (section ? [[name, section.figures]] : []));
  return Object.fromEntries(sections) as FiguresByBench;
}
