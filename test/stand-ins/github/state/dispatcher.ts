import type { CancelTimer, Clock, Random } from "../../../../shared/clock/clock.ts";
import type { Accounts } from "./accounts.ts";
import { assign } from "./assignment.ts";
import { onJob, type Jobs } from "./jobs.ts";
import type { Conclusion, Job } from "./model.ts";
import type { MutableRunner, Runners } from "./runners.ts";

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly accounts: Accounts;
  readonly jobs: Jobs;
  readonly runners: Runners;
  /** How long a poll is held while there is no job. */
  readonly pollMs: number;
  /** How long a runner may be between two requests before it is seen as offline. */
  readonly silenceMs: number;
  /** How long a job stays with a runner that does not begin it. */
  readonly pickUpMs: number;
  /** How long after its runner went away in the middle of it a job fails. */
  readonly lostRunnerMs: number;
  readonly onChange: () => void;
}

/** `none` means: ask again; `gone` that the runner is no longer registered. */
export type PollResult = { readonly kind: "job"; readonly job: Job } | { readonly kind: "none" | "gone" };

interface HeldPoll {
  readonly answer: (result: PollResult) => void;
}

/** Brings queued jobs and runners together, and follows each runner from its first request to its last. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #polls = new Map<number, HeldPoll>();
  readonly #work = new Map<number, (conclusion: Conclusion | null) => void>();
  readonly #timers = new Map<string, CancelTimer>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Gives out what can be given out. Called whenever a job or a runner became free. */
  dispatch(): void {
    const { jobs, runners, accounts, random } = this.#options;
    const idle = runners.all().filter((runner) => runner.status === "online" && runner.jobId === null);
    if (idle.length === 0) return;
    const given = new Set(runners.all().map((runner) => runner.jobId));
    const queued = jobs.all().filter((job) => job.status === "queued" && !given.has(job.id));
    for (const { job, runner } of assign(queued, idle, accounts, random)) this.#give(job, runner);
  }

  /** The runner's first request, and each one after it. */
  heard(runner: MutableRunner): void {
    if (this.#options.runners.get(runner.id) === null) return;
    const wasOffline = runner.status === "offline";
    runner.os = "linux";
    runner.status = "online";
    runner.onlineAtMs ??= this.#options.clock.now();
    this.#cancel(`lost ${runner.id}`);
    this.#awaitWord(runner);
    if (wasOffline) this.#options.onChange();
    if (wasOffline && runner.jobId === null) this.dispatch();
  }

  /** Holds the runner's question for work until there is an answer. */
  poll(runner: MutableRunner): Promise<PollResult> {
    this.heard(runner);
    return new Promise((resolve) => {
      const answer = (result: PollResult): void => {
        if (this.#polls.get(runner.id) === held) this.#polls.delete(runner.id);
        this.#cancel(`poll ${runner.id}`);
        this.#awaitWord(runner);
        resolve(result);
      };
      const held = { answer };
      this.#polls.get(runner.id)?.answer({ kind: "none" });
      this.#polls.set(runner.id, held);
      this.#cancel(`silence ${runner.id}`);
      const job = runner.jobId === null ? null : this.#options.jobs.get(runner.jobId);
      if (job !== null) return answer({ kind: "job", job });
      this.#after(`poll ${runner.id}`, this.#options.pollMs, () => answer({ kind: "none" }));
    });
  }

  /** Begins the runner's job; resolves when its work is over. Null when the job is not the runner's any more. */
  async work(runner: MutableRunner): Promise<{ readonly job: Job; readonly conclusion: Conclusion } | null> {
    this.heard(runner);
    const job = runner.jobId === null ? null : this.#options.jobs.get(runner.jobId);
    if (job === null || job.status === "completed") return null;
    this.#cancel(`silence ${runner.id}`);
    this.#cancel(`pick-up ${runner.id}`);
    const conclusion = await new Promise<Conclusion | null>((resolve) => {
      this.#work.set(job.id, resolve);
      if (job.runsForMs !== null) this.#after(`work ${job.id}`, job.runsForMs, () => this.endWork(job.id, job.endsAs));
      if (job.status === "queued") this.#options.jobs.start(job.id, onJob(runner));
      this.#options.onChange();
    });
    if (conclusion === null) return null;
    this.heard(runner);
    return { job, conclusion };
  }

  /** Ends the work of a job that is being run, as its cancellation does. False when no runner is at it. */
  endWork(jobId: number, conclusion: Conclusion): boolean {
    const end = this.#work.get(jobId);
    this.#work.delete(jobId);
    this.#cancel(`work ${jobId}`);
    end?.(conclusion);
    return end !== undefined;
  }

  /** Frees the runner of a job that it has not begun, as a cancellation does. */
  takeBack(jobId: number): void {
    const runner = this.#options.runners.all().find((each) => each.jobId === jobId);
    if (runner !== undefined) this.#takeBack(runner);
  }

  /** The runner reports the end of its one job and is no more. */
  finish(runner: MutableRunner, conclusion: Conclusion): void {
    if (runner.jobId !== null) this.#options.jobs.complete(runner.jobId, conclusion);
    this.remove(runner);
  }

  /** The runner's connection is gone. A job that it was at fails after a while, unless it comes back. */
  left(runner: MutableRunner): void {
    if (this.#options.runners.get(runner.id) === null) return;
    this.#polls.get(runner.id)?.answer({ kind: "none" });
    this.#cancel(`silence ${runner.id}`);
    runner.status = "offline";
    const jobId = runner.jobId;
    if (jobId !== null && this.#options.jobs.get(jobId)?.status === "in_progress") {
      this.#work.get(jobId)?.(null);
      this.#work.delete(jobId);
      this.#cancel(`work ${jobId}`);
      this.#after(`lost ${runner.id}`, this.#options.lostRunnerMs, () => this.finish(runner, "failure"));
    }
    this.#options.onChange();
  }

  remove(runner: MutableRunner): void {
    this.#options.runners.remove(runner.id);
    this.#polls.get(runner.id)?.answer({ kind: "gone" });
    for (const kind of ["silence", "poll", "pick-up", "lost"]) this.#cancel(`${kind} ${runner.id}`);
    this.#options.onChange();
  }

  close(): void {
    for (const { answer } of this.#polls.values()) answer({ kind: "none" });
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #give(job: Job, assigned: { readonly id: number }): void {
    const runner = this.#options.runners.get(assigned.id);
    if (runner === null) return;
    runner.jobId = job.id;
    runner.busy = true;
    this.#after(`pick-up ${runner.id}`, this.#options.pickUpMs, () => this.#takeBack(runner));
    this.#polls.get(runner.id)?.answer({ kind: "job", job });
    this.heard(runner);
    this.#options.onChange();
  }

  #takeBack(runner: MutableRunner): void {
    this.#cancel(`pick-up ${runner.id}`);
    runner.jobId = null;
    runner.busy = false;
    this.#options.onChange();
    this.dispatch();
  }

  /** A runner that is heard no more, though no connection of it was cut, is gone too. */
  #awaitWord(runner: MutableRunner): void {
    this.#after(`silence ${runner.id}`, this.#options.silenceMs, () => this.left(runner));
  }

  #after(name: string, delayMs: number, fire: () => void): void {
    this.#cancel(name);
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(name);
      fire();
    });
    this.#timers.set(name, cancel);
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}
