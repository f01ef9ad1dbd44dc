import { readFileSync } from "node:fs";

import * as z from "zod";

/** Where `pnpm bench --record` writes what it measured, and where the pages take their figures from. */
export const FIGURES_FILE = new URL("../../docs/figures.json", import.meta.url);

const count = z.int().min(0);
const measured = z.number().min(0);

/** Of repeated measurements, milliseconds. */
const percentiles = z.strictObject({ p50: measured, p99: measured });
/** The middle half of repeated measurements. */
const quartiles = z.strictObject({ lower: measured, median: measured, upper: measured });
/** Of the starts of one burst: the first, the one in the middle, the last. */
const starts = z.strictObject({ first: quartiles, median: quartiles, last: quartiles });

/** What strangers cost one of the two edges. */
const strangers = z.strictObject({ piecesKib: measured, slowDelayMs: measured, dripMs: measured, crowdKib: measured });

/** What each bench measures: times in milliseconds, sizes in the unit of the name. */
const SECTIONS = {
  chain: z.strictObject({
    /** Docker network of the containers. */
    network: z.string(),
    bursts: z.array(
      z.strictObject({
        /** `slow`: create and start are held back, as on a NAS with disks. */
        engine: z.enum(["as it is", "slow"]),
        jobs: count,
        /** How long GitHub takes to answer a JIT call. */
        jitMs: count,
        /** Pairs of bursts. */
        rounds: count,
        floorMs: starts,
        hooklineMs: starts,
        /** Hookline : floor, pair by pair. */
        ratio: starts,
        /** Queued to the JIT call. */
        ownMs: percentiles,
        /** Processor time of the agent, a job. */
        jobCpuMs: measured.optional(),
      }),
    ),
  }),
  swarm: z.strictObject({
    bursts: z.array(
      z.strictObject({
        jobs: count,
        /** Pairs of bursts. */
        rounds: count,
        /** From the calls that create the services to their tasks running, by the node's word. */
        bareMs: starts,
        /** From the jobs being queued to the agent knowing that their tasks run. */
        hooklineMs: starts,
        /** Hookline : bare, pair by pair. */
        ratio: starts,
        /** The same of the containers' starts, by the engine's events. */
        containerRatio: starts,
      }),
    ),
  }),
  edge: z.strictObject({
    deliveries: count,
    rowsWritten: measured,
    rowsRead: measured,
    rowsReadByTheFirstHundred: measured,
    requests: measured,
    alarms: count,
    bytes: count,
    gzipBytes: count,
    startMs: measured,
    /** Of a week at the promised load, by what is asked: the most of several, rows on average too. */
    prices: z.record(
      z.string(),
      z.strictObject({
        rowsRead: count,
        rowsWritten: count,
        requests: measured,
        mean: z.strictObject({ rowsRead: measured, rowsWritten: measured }),
        ms: measured,
      }),
    ),
    week: z.strictObject({
      signals: count,
      helloRowsRead: count,
      openJobs: count,
      helloRowsReadWithOpenJobs: count,
      freshnessRowsRead: count,
      deliveryMs: measured,
      deliveryBehindHelloMs: measured,
    }),
  }),
  connections: z.strictObject({ worker: strangers, standalone: strangers }),
  link: z.strictObject({
    deliveries: count,
    aSecond: count,
    /** From the first byte of a delivery to its answer. */
    storedMs: percentiles,
    /** From the first byte of a delivery to the agent's acknowledgement. */
    journaledMs: percentiles,
    /** Of workerd, a delivery: sockets, signature, storing, pushing. */
    workerCpuMs: measured,
    /** Signals that waited while the agent was away. */
    replay: count,
    replayMs: measured,
  }),
  agent: z.strictObject({
    bundleBytes: count,
    connectedLeastMs: measured,
    connectedMs: measured,
    connectedMostMs: measured,
    jobs: count,
    residentKib: measured,
    residentFileKib: measured,
    /** Of one job, its sweep included. Absent from what was recorded before they were measured, as are those below. */
    jobCpuMs: z.optional(measured),
    /** Memory that is the process's own alone, after the jobs and on a journal with a history: RssAnon. */
    residentAnonKib: z.optional(measured),
    histories: z.optional(z.array(z.strictObject({ finishedJobs: count, residentAnonKib: measured }))),
    /** Processor time of an idle agent, as an hour of it. */
    idleHourCpuMs: z.optional(measured),
  }),
  flags: z.strictObject({
    jobs: count,
    rounds: count,
    /** Medians of the rounds, by flags of Node and V8. */
    rows: z.array(z.strictObject({ name: z.string(), residentAnonKib: measured, jobCpuMs: measured })),
  }),
  sweep: z.strictObject({
    sizes: z.array(
      z.strictObject({
        repositories: count,
        /** Calls of one sweep after another that changed nothing, and those of them that count against GitHub's limit. */
        idleCalls: count,
        idleCounted: count,
        /** The same with a queued job in every tenth repository. */
        busyCalls: count,
        busyCounted: count,
        /** What asking everything anew comes to. */
        naiveIdleCalls: count,
        naiveBusyCalls: count,
        idleMs: measured,
      }),
    ),
  }),
  history: z.strictObject({
    signals: count,
    journalBytes: count,
    connectedEmptyMs: measured,
    connectedMs: measured,
    peakKib: measured,
    doctorPeakKib: measured,
    slotsPeakKib: measured,
  }),
  controller: z.strictObject({
    openJobs: count,
    slots: count,
    eventMs: measured,
    eventP95Ms: measured,
    jobBytes: measured,
    /** One event with 10,000 open jobs : with 100. */
    openGrowth: measured,
    /** One event with 100,000 finished jobs besides : with none. */
    closedGrowth: measured,
  }),
  scale: z.strictObject({
    pools: count,
    engines: count,
    nodes: count,
    jobsADay: count,
    /** How long a job works, on average. */
    jobMs: count,
    /** Virtual time, and what ended in it. */
    simulatedMs: measured,
    jobs: count,
    events: count,
    mostSlots: count,
    leftWaiting: count,
    eventMs: measured,
    eventP95Ms: measured,
    /** Processor time of one job, and its share of one core at so many a day. */
    jobCpuMs: measured,
    coreShare: measured,
    residentKib: count,
  }),
  status: z.strictObject({
    openFew: count,
    openMany: count,
    finishedFew: count,
    finishedMany: count,
    /** The slowest twentieth, of few open jobs and few finished, of many open ones, of many finished ones. */
    fewMs: measured,
    manyOpenMs: measured,
    manyFinishedMs: measured,
  }),
  page: z.strictObject({
    jobsFew: count,
    jobsMany: count,
    /** From a request for the page to its first byte, few and many jobs in the journal. */
    fewMs: measured,
    manyMs: measured,
    /** Of the page with many jobs in the journal. */
    bytes: count,
    streams: count,
    /** What so many open pages add to the agent's memory. */
    streamsKib: measured,
    /** From the agent's own notice of a cut link to the page that says so. */
    redMs: measured,
  }),
  demo: z.strictObject({
    runs: count,
    jobs: count,
    startedP50LeastMs: measured,
    startedP50MostMs: measured,
    startedMostMs: measured,
    ownP50LeastMs: measured,
    ownP50MostMs: measured,
    ownMostMs: measured,
    /** What a small run prints, by line. */
    transcript: z.array(z.string()),
  }),
  doctor: z.strictObject({ checks: count, healthyMs: measured, brokenWorlds: count }),
  crash: z.strictObject({ places: count, calls: count }),
  soak: z.strictObject({
    tookMs: measured,
    edgeKilled: z.strictObject({
      kills: count,
      deliveries: count,
      told2xx: count,
      redAndRedelivered: count,
      journaled: count,
    }),
    agentKilled: z.strictObject({ kills: count, deliveries: count, told2xx: count, journaled: count }),
    senders: z.strictObject({ posts: count, postsASecond: count, connections: count, cuts: count }),
    backlog: z.strictObject({
      signals: count,
      tookMs: measured,
      widestWindow: count,
      largestFrameBytes: count,
      grownMiB: z.int(),
    }),
    halfOpenLink: z.strictObject({ noticedMs: measured, healedMs: measured }),
    vanishedAgent: z.strictObject({ noticedMs: measured, socketClosedMs: measured }),
    cutLink: z.strictObject({ cuts: count, connections: count }),
    fuzz: z.strictObject({ requests: count }),
  }),
} as const;

export type SectionName = keyof typeof SECTIONS;
export const SECTION_NAMES = Object.keys(SECTIONS) as readonly SectionName[];

/** What one bench measures. */
export type FiguresOf<Name extends SectionName> = z.output<(typeof SECTIONS)[Name]>;

const machineSchema = z.strictObject({ processor: z.string(), cores: count, memoryGiB: measured, arch: z.string() });

/** The machine that figures were taken on, without a name or a path of it. */
export type Machine = z.output<typeof machineSchema>;

function sectionOf<Name extends SectionName>(name: Name) {
  return z.strictObject({
    date: z.iso.date(),
    machine: machineSchema,
    versions: z.record(z.string(), z.string()),
    figures: SECTIONS[name],
  });
}

const figuresSchema = z.strictObject({
  /** Absent until it was recorded on a quiet machine. */
  chain: sectionOf("chain").optional(),
  swarm: sectionOf("swarm").optional(),
  edge: sectionOf("edge"),
  connections: sectionOf("connections"),
  link: sectionOf("link").optional(),
  agent: sectionOf("agent"),
  flags: sectionOf("flags").optional(),
  sweep: sectionOf("sweep").optional(),
  history: sectionOf("history"),
  controller: sectionOf("controller"),
  scale: sectionOf("scale").optional(),
  status: sectionOf("status"),
  page: sectionOf("page"),
  demo: sectionOf("demo"),
  doctor: sectionOf("doctor"),
  crash: sectionOf("crash"),
  soak: sectionOf("soak"),
});

/** All that is recorded, each section with its date, machine and versions. */
export type Figures = z.output<typeof figuresSchema>;

/** Reads a section's figures as a bench or test printed them. @throws {ZodError} naming what is missing or too much. */
export function parseFigures<Name extends SectionName>(name: Name, value: unknown): FiguresOf<Name> {
  return SECTIONS[name].parse(value) as FiguresOf<Name>;
}

/** What is recorded. @throws {ZodError} naming what does not fit. */
export function readFigures(): Figures {
  return figuresSchema.parse(JSON.parse(readFileSync(FIGURES_FILE, "utf8")));
}
