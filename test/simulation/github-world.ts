import { labelSet, labelsMatch } from "../../shared/labels/labels.ts";
import type { Dice } from "./dice.ts";
import { SimJobs, type JobChange, type SimJob } from "./github-jobs.ts";
import type { SimRepositories } from "./github-repositories.ts";
import type { SimClock } from "./sim-clock.ts";

export interface SimRunner {
  readonly id: number;
  readonly name: string;
  readonly labels: readonly string[];
  /** The one repository whose jobs it is given, by id; null for an organization's. */
  readonly repositoryId: number | null;
  online: boolean;
  /** It is idle and online, and GitHub gives it no job. */
  passedOver: boolean;
  job: SimJob | null;
  /** Ends its container: the job is done, or the registration is gone. */
  onEnd: ((exitCode: number) => void) | null;
}

const NEW = { passedOver: false, job: null, onEnd: null } as const;

/** GitHub itself, as far as runners and jobs go: any idle online runner gets any job that its labels allow. */
export class GitHubWorld {
  readonly jobs: SimJobs;
  readonly repositories: SimRepositories;
  /** Where each runner that ever was is, or was, registered. */
  readonly places = new Map<number, number | null>();
  readonly runners = new Map<number, SimRunner>();
  readonly usedNames = new Set<string>();
  readonly #clock: SimClock;
  readonly #dice: Dice;
  #nextRunnerId = 1;

  constructor(
    clock: SimClock,
    dice: Dice,
    repositories: SimRepositories,
    changed: (job: SimJob, action: JobChange) => void,
  ) {
    this.repositories = repositories;
    this.#clock = clock;
    this.#dice = dice;
    const told = (job: SimJob, action: JobChange): void => {
      changed(job, action);
      if (job.status === "queued") this.#dispatchSoon();
    };
    this.jobs = new SimJobs(clock, told, () => this.#dispatchSoon());
  }

  register(name: string, labels: readonly string[], repositoryId: number | null = null): SimRunner {
    const runner: SimRunner = { id: this.#nextRunnerId++, name, labels, repositoryId, online: false, ...NEW };
    this.places.set(runner.id, repositoryId);
    this.runners.set(runner.id, runner);
    this.usedNames.add(name);
    return runner;
  }

  named(name: string): SimRunner | undefined {
    return [...this.runners.values()].find((runner) => runner.name === name);
  }

  /** A container's runner reaches GitHub; false if GitHub does not know it. */
  connect(runnerId: number, passedOver: boolean, onEnd: (exitCode: number) => void): boolean {
    const runner = this.runners.get(runnerId);
    if (runner === undefined) return false;
    runner.online = true;
    runner.passedOver = passedOver;
    runner.onEnd = onEnd;
    this.#dispatchSoon();
    return true;
  }

  /** The container is gone. A job on it fails once GitHub has missed it for a minute. */
  disconnect(runnerId: number): void {
    const runner = this.runners.get(runnerId);
    if (runner === undefined) return;
    runner.online = false;
    runner.onEnd = null;
    const { job } = runner;
    if (job === null) return;
    this.#clock.after(60_000, () => {
      runner.job = null;
      this.jobs.complete(job, "failure");
    });
  }

  /** Takes a registration away; its container, if it still runs, finds out and ends. */
  deregister(runner: SimRunner): void {
    this.runners.delete(runner.id);
    const end = runner.onEnd;
    if (end !== null) this.#clock.after(this.#dice.between(500, 30_000), () => end(1));
  }

  cancel(job: SimJob): void {
    if (job.status !== "completed") this.jobs.complete(job, "cancelled");
  }

  /** Every runner is given jobs again, what would never be handed out is cancelled, and what was held may run. */
  calmDown(): void {
    for (const runner of this.runners.values()) runner.passedOver = false;
    for (const job of this.jobs.all) {
      if (job.stuck) this.cancel(job);
      this.jobs.release(job);
    }
    this.#dispatchSoon();
  }

  #dispatchSoon(): void {
    this.#clock.after(this.#dice.between(100, 1200), () => this.#dispatch());
  }

  #dispatch(): void {
    for (const job of this.jobs.all) {
      if (job.status !== "queued" || job.stuck) continue;
      if (job.foreign) this.#runElsewhere(job);
      else this.#assign(job);
    }
  }

  #isAt({ repositoryId }: SimRunner, { repository }: SimJob): boolean {
    return repositoryId === null || this.repositories.find(repository)?.id === repositoryId;
  }

  /** Its jobs go by its new name from now on. */
  rename(from: string, to: string): void {
    this.repositories.rename(from, to);
    for (const job of this.jobs.all) if (job.repository === from) job.repository = to;
  }

  /** It runs no workflows any more: what runs goes on, what waits is cancelled. */
  archive(name: string): void {
    const repository = this.repositories.find(name);
    if (repository !== undefined) repository.archived = true;
    for (const job of this.jobs.all) if (job.repository === name && job.status !== "in_progress") this.cancel(job);
  }

  #runElsewhere(job: SimJob): void {
    this.jobs.start(job, "somebody-else-1");
    this.#clock.after(job.durationMs, () => this.jobs.complete(job, "success"));
  }

  #assign(job: SimJob): void {
    const fit = [...this.runners.values()].filter(
      (runner) => isFree(runner) && this.#isAt(runner, job) && labelsMatch(job.labels, labelSet(runner.labels)),
    );
    if (fit.length === 0) return;
    const runner = this.#dice.pick(fit);
    runner.job = job;
    this.jobs.start(job, runner.name);
    this.#clock.after(job.durationMs, () => this.#finish(runner, job));
  }

  /** An ephemeral runner is forgotten once its job is done, and its container ends a moment later. */
  #finish(runner: SimRunner, job: SimJob): void {
    if (!runner.online || runner.job !== job) return;
    this.jobs.complete(job, "success");
    this.runners.delete(runner.id);
    const end = runner.onEnd;
    this.#clock.after(this.#dice.between(200, 3000), () => end?.(0));
  }
}

function isFree({ online, passedOver, job }: SimRunner): boolean {
  return online && !passedOver && job === null;
}
