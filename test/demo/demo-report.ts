import type { JobTimeline } from "../../agent/journal/timeline.ts";

/** When each thing happened to one job, in milliseconds since it was queued; null for what did not happen. */
export interface Legs {
  readonly edge: number | null;
  readonly agent: number | null;
  readonly jitAsked: number | null;
  readonly jit: number | null;
  readonly started: number | null;
  readonly running: number | null;
  readonly done: number | null;
}

export interface ReportedJob {
  readonly id: number;
  readonly pool: string | null;
  readonly slot: string | null;
  readonly ms: Legs;
}

/** Median and worst of one figure, in milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly max: number;
}

/** What `pnpm demo --json` prints. */
export interface DemoReport {
  readonly jobs: readonly ReportedJob[];
  readonly duplicatesSent: number;
  readonly slotsCreated: number;
  readonly slotsLeft: number;
  /** Container start, since the job was queued. */
  readonly started: Spread;
  /** The part that is Hookline's own: from queued to the call to Docker, the answer of the JIT call not counted. */
  readonly own: Spread;
  readonly ok: boolean;
}

/** GitHub's side of one job, to the millisecond. */
export interface QueuedJob {
  readonly id: number;
  readonly queuedAtMs: number;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
}

/** Joins what GitHub and the agent's journal know of a job. */
export function reportJob(job: QueuedJob, timeline: JobTimeline | undefined): ReportedJob {
  const since = (atMs: number | null | undefined): number | null => (atMs == null ? null : atMs - job.queuedAtMs);
  return {
    id: job.id,
    pool: timeline?.pool ?? null,
    slot: timeline?.slot ?? null,
    ms: {
      edge: since(timeline?.edgeAtMs),
      agent: since(timeline?.agentAtMs),
      jitAsked: since(timeline?.jitAskedAtMs),
      jit: since(timeline?.jitAtMs),
      started: since(timeline?.containerAtMs),
      running: since(job.startedAtMs),
      done: since(job.completedAtMs),
    },
  };
}

export interface Counted {
  readonly duplicatesSent: number;
  readonly slotsCreated: number;
  readonly slotsLeft: number;
  /** Slots that the pool keeps warm. */
  readonly warm: number;
}

/** The report, and whether the chain kept its word: every job done, no slot too many, none left but the warm ones. */
export function demoReport(jobs: readonly ReportedJob[], counted: Counted): DemoReport {
  const { duplicatesSent, slotsCreated, slotsLeft, warm } = counted;
  const allDone = jobs.every(({ ms, slot }) => ms.done !== null && slot !== null);
  const noneTooMany = slotsCreated === jobs.length + warm && slotsLeft === warm;
  return {
    jobs,
    duplicatesSent,
    slotsCreated,
    slotsLeft,
    started: spread(jobs.map(({ ms }) => ms.started)),
    own: spread(jobs.map(({ ms }) => ms.jitAsked)),
    ok: allDone && noneTooMany && duplicatesSent > 0,
  };
}

function spread(figures: readonly (number | null)[]): Spread {
  const known = figures.filter((figure) => figure !== null).toSorted((a, b) => a - b);
  return { p50: known[Math.max(0, Math.ceil(known.length / 2) - 1)] ?? 0, max: known.at(-1) ?? 0 };
}
