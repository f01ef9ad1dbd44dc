import type { GitHubJob } from "../../agent/github/model/types.ts";
import type { SimClock } from "./sim-clock.ts";

export type SimStatus = "waiting" | "pending" | "queued" | "in_progress" | "completed";

export interface SimJob {
  readonly id: number;
  readonly runId: number;
  readonly attempt: number;
  /** As it is called by now. */
  repository: string;
  readonly labels: readonly string[];
  readonly durationMs: number;
  readonly foreign: boolean;
  readonly stuck: boolean;
  readonly createdAtMs: number;
  status: SimStatus;
  conclusion: string | null;
  runnerName: string | null;
  queuedAtMs: number;
  startedAtMs: number | null;
  completedAtMs: number | null;
}

export type JobChange = "queued" | "waiting" | "in_progress" | "completed";

/** The jobs of a modelled GitHub, and their life. Every change is told, and becomes a delivery. */
export class SimJobs {
  readonly #clock: SimClock;
  readonly #changed: (job: SimJob, action: JobChange) => void;
  readonly #runnable: () => void;
  readonly #jobs = new Map<number, SimJob>();
  #nextId = 1000;

  constructor(clock: SimClock, changed: (job: SimJob, action: JobChange) => void, runnable: () => void) {
    this.#clock = clock;
    this.#changed = changed;
    this.#runnable = runnable;
  }

  get all(): Iterable<SimJob> {
    return this.#jobs.values();
  }

  /**
   * A job comes into being; a gated one asks for an approval first. One that a concurrency group holds is told of as
   * queued, and nothing is told when it may run.
   * https://github.com/runs-on/runs-on/issues/347, https://docs.github.com/en/actions/concepts/workflows-and-actions/concurrency
   */
  create(
    plan: Pick<SimJob, "repository" | "labels" | "durationMs" | "foreign" | "stuck" | "runId" | "attempt">,
    gated: boolean,
    held = false,
  ): SimJob {
    const nowMs = this.#clock.now();
    const rest = { conclusion: null, runnerName: null, startedAtMs: null, completedAtMs: null };
    const status = gated ? "waiting" : "queued";
    const job: SimJob = { ...plan, ...rest, id: this.#nextId++, status, createdAtMs: nowMs, queuedAtMs: nowMs };
    this.#jobs.set(job.id, job);
    this.#changed(job, "queued");
    if (gated) this.#changed(job, "waiting");
    if (held && !gated) job.status = "pending";
    return job;
  }

  approve(job: SimJob): void {
    if (job.status !== "waiting") return;
    job.status = "queued";
    job.queuedAtMs = this.#clock.now();
    this.#changed(job, "queued");
  }

  /** The group lets it go on. Nobody is told. */
  release(job: SimJob): void {
    if (job.status !== "pending") return;
    job.status = "queued";
    job.queuedAtMs = this.#clock.now();
    this.#runnable();
  }

  start(job: SimJob, runnerName: string): void {
    job.status = "in_progress";
    job.runnerName = runnerName;
    job.startedAtMs = this.#clock.now();
    this.#changed(job, "in_progress");
  }

  complete(job: SimJob, conclusion: string): void {
    if (job.status === "completed") return;
    job.status = "completed";
    job.conclusion = conclusion;
    job.completedAtMs = this.#clock.now();
    this.#changed(job, "completed");
  }

  /** Sends the end of a job again, as a re-run of its siblings does. */
  retell(job: SimJob): void {
    this.#changed(job, "completed");
  }

  /** What REST tells of one job, by its own address. */
  byId(repository: string | undefined, jobId: number): GitHubJob | null {
    const job = this.#jobs.get(jobId);
    return job !== undefined && job.repository === repository ? restJob(job) : null;
  }

  /** What REST tells of a repository: the jobs of its active runs, finished ones included. */
  activeOf(repository: string): readonly GitHubJob[] {
    const jobs = [...this.#jobs.values()].filter((job) => job.repository === repository);
    const active = new Set(jobs.filter((job) => job.status !== "completed").map((job) => job.runId));
    return jobs.filter((job) => active.has(job.runId)).map(restJob);
  }
}

function restJob(job: SimJob): GitHubJob {
  return {
    id: job.id,
    runId: job.runId,
    runAttempt: job.attempt,
    repository: job.repository,
    isPrivate: true,
    name: "build",
    status: job.status,
    conclusion: job.conclusion,
    labels: job.labels,
    runnerName: job.runnerName,
    createdAtMs: seconds(job.createdAtMs),
    startedAtMs: job.startedAtMs === null ? null : seconds(job.startedAtMs),
    completedAtMs: job.completedAtMs === null ? null : seconds(job.completedAtMs),
  };
}

/** GitHub's stamps are whole seconds. */
export function seconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
