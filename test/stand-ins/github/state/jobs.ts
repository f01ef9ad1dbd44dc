import type { Clock, Random } from "../../../../shared/clock/clock.ts";
import type { Ids } from "./ids.ts";
import type { Conclusion, Job, Mutable, Repository, Runner, WorkflowRun } from "./model.ts";
import { hex } from "./random-text.ts";

/** What GitHub tells of a job by webhook. */
export type JobAction = "queued" | "waiting" | "in_progress" | "completed";
export type PublishJob = (job: Job, action: JobAction, run: WorkflowRun) => void;

export interface NewJob {
  readonly labels: readonly string[];
  readonly name?: string;
  /** The runner group that the job asks for, beside its labels. */
  readonly runnerGroup?: string;
  /** How long its work takes, 0 unless said otherwise; null means until `completeJob`. */
  readonly runsForMs?: number | null;
  /** Waits for an approval first. */
  readonly gated?: boolean;
  /**
   * Held by a concurrency group or max-parallel. It is told of as queued at its creation, and of its release nobody is
   * told: https://github.com/actions/actions-runner-controller/issues/2623, https://github.com/runs-on/runs-on/issues/347
   */
  readonly held?: boolean;
  /** Skipped at once by a condition: only a `completed` event tells of it. */
  readonly skipped?: boolean;
  /** How it ends when nothing goes wrong; `success` unless said otherwise. */
  readonly endsAs?: Conclusion;
}

export interface RunnerOnJob {
  readonly id: number;
  readonly name: string;
  readonly groupId: number;
  readonly groupName: string;
}

interface StoredJob extends Mutable<Job> {
  /** The job of the first attempt that this one repeats. */
  readonly originId: number;
}

/** Workflow runs and their jobs. Every step that GitHub tells of by webhook is published. */
export class Jobs {
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #publish: PublishJob;
  readonly #runs = new Map<number, Mutable<WorkflowRun>>();
  readonly #jobs = new Map<number, StoredJob>();
  readonly #ofRun = new Map<number, StoredJob[]>();

  constructor(ids: Ids, clock: Clock, random: Random, publish: PublishJob) {
    this.#ids = ids;
    this.#clock = clock;
    this.#random = random;
    this.#publish = publish;
  }

  addRun(repository: Repository): WorkflowRun {
    const nowMs = this.#clock.now();
    const number = this.runsOf(repository).length + 1;
    const run = {
      id: this.#ids.take("run"),
      repository,
      number,
      attempt: 1,
      name: "CI",
      headBranch: "main",
      headSha: hex(this.#random, 40),
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      startedAtMs: nowMs,
    };
    this.#runs.set(run.id, run);
    this.#ofRun.set(run.id, []);
    return run;
  }

  add(run: WorkflowRun, options: NewJob): Job {
    const name = options.name ?? `build (${this.#jobsOf(run.id).length + 1})`;
    const job = this.#store(run, {
      name,
      labels: options.labels,
      runnerGroup: options.runnerGroup ?? null,
      gated: options.gated ?? false,
      runsForMs: options.runsForMs === undefined ? 0 : options.runsForMs,
      endsAs: options.endsAs ?? "success",
    });
    if (options.held === true) {
      this.#tell(job, "queued", run);
      job.status = "pending";
    } else if (options.skipped === true) this.complete(job.id, "skipped");
    else this.#open(job, run);
    return { ...job };
  }

  get(id: number): Job | null {
    return this.#jobs.get(id) ?? null;
  }

  all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  run(id: number): WorkflowRun | null {
    return this.#runs.get(id) ?? null;
  }

  runsOf(repository: Repository): readonly WorkflowRun[] {
    return [...this.#runs.values()].filter((run) => run.repository === repository);
  }

  /** Every job of the run, or those that its latest attempt consists of: repeated ones in their newest form. */
  jobsOf(runId: number, which: "latest" | "all"): readonly Job[] {
    const jobs = this.#jobsOf(runId);
    return which === "all" ? jobs : [...new Map(jobs.map((job) => [job.originId, job])).values()];
  }

  /** The concurrency group is free: the job may run, and nobody is told. Throws unless it is held. */
  release(id: number): void {
    const job = this.#require(id, "pending");
    job.status = "queued";
    job.queuedAtMs = this.#clock.now();
  }

  /** Lets a gated job into the queue. Throws unless it waits. */
  approve(id: number): void {
    const job = this.#require(id, "waiting");
    job.status = "queued";
    job.queuedAtMs = this.#clock.now();
    this.#tell(job, "queued");
  }

  /** Throws unless it is queued. */
  start(id: number, runner: RunnerOnJob): void {
    const job = this.#require(id, "queued");
    job.status = "in_progress";
    job.startedAtMs = this.#clock.now();
    job.runnerId = runner.id;
    job.runnerName = runner.name;
    job.runnerGroupId = runner.groupId;
    job.runnerGroupName = runner.groupName;
    this.#tell(job, "in_progress");
  }

  /** Nothing if it is completed already: the end that came first stands. */
  complete(id: number, conclusion: Conclusion): void {
    const job = this.#require(id);
    if (job.status === "completed") return;
    job.status = "completed";
    job.conclusion = conclusion;
    job.completedAtMs = this.#clock.now();
    this.#tell(job, "completed");
  }

  /**
   * A new attempt with new job ids. With `failedOnly`, GitHub tells again of the end of those that need no repeat:
   * https://github.com/actions/actions-runner-controller/issues/4315
   */
  rerun(runId: number, failedOnly: boolean): readonly Job[] {
    const run = this.#runs.get(runId);
    if (run === undefined) throw new Error(`no run ${runId}`);
    const latest = this.jobsOf(runId, "latest") as readonly StoredJob[];
    if (latest.some((job) => job.status !== "completed")) throw new Error(`run ${runId} has not ended yet`);
    run.attempt++;
    run.startedAtMs = this.#clock.now();
    const repeated: Job[] = [];
    for (const job of latest) {
      if (failedOnly && job.conclusion === "success") {
        this.#tell(job, "completed");
        continue;
      }
      const again = this.#store(run, { ...job }, job.originId);
      this.#open(again, run);
      repeated.push({ ...again });
    }
    return repeated;
  }

  #store(
    run: WorkflowRun,
    what: Pick<Job, "name" | "labels" | "runnerGroup" | "gated" | "runsForMs" | "endsAs">,
    originId?: number,
  ): StoredJob {
    const nowMs = this.#clock.now();
    const id = this.#ids.take("job");
    const { name, labels, runnerGroup, gated, runsForMs, endsAs } = what;
    const job: StoredJob = {
      id,
      originId: originId ?? id,
      runId: run.id,
      runAttempt: run.attempt,
      repository: run.repository,
      name,
      labels,
      runnerGroup,
      gated,
      runsForMs,
      endsAs,
      status: gated ? "waiting" : "queued",
      conclusion: null,
      createdAtMs: nowMs,
      queuedAtMs: nowMs,
      startedAtMs: null,
      completedAtMs: null,
      runnerId: null,
      runnerName: null,
      runnerGroupId: null,
      runnerGroupName: null,
    };
    this.#jobs.set(id, job);
    this.#jobsOf(run.id).push(job);
    return job;
  }

  /** A gated job is told of twice at its creation: as queued, though it waits, and as waiting. */
  #open(job: StoredJob, run: WorkflowRun): void {
    this.#tell(job, "queued", run);
    if (job.gated) this.#tell(job, "waiting", run);
  }

  #tell(job: StoredJob, action: JobAction, known?: WorkflowRun): void {
    const run = known ?? this.#runs.get(job.runId);
    if (run === undefined) throw new Error(`job ${job.id} belongs to no run`);
    (run as Mutable<WorkflowRun>).updatedAtMs = this.#clock.now();
    this.#publish(job, action, run);
  }

  #jobsOf(runId: number): StoredJob[] {
    const jobs = this.#ofRun.get(runId);
    if (jobs === undefined) throw new Error(`no run ${runId}`);
    return jobs;
  }

  #require(id: number, status?: Job["status"]): StoredJob {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`no job ${id}`);
    if (status !== undefined && job.status !== status) throw new Error(`job ${id} is ${job.status}, not ${status}`);
    return job;
  }
}

/** How a runner appears on the job that it takes. */
export function onJob(runner: Runner): RunnerOnJob {
  return { id: runner.id, name: runner.name, groupId: runner.groupId, groupName: runner.groupName };
}
