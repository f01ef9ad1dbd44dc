import type { Clock } from "../../shared/clock/clock.ts";
import { describeRefusal } from "../../shared/controller/describe-reason.ts";
import type { ControllerEvent } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { refusal, type ServingPool } from "../../shared/controller/pool-choice.ts";
import type { Refusal } from "../../shared/controller/reasons.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import { factsOfSignal, shiftFacts, type JobFacts } from "../../shared/workflow-job/job-facts.ts";
import { phaseOf } from "../../shared/workflow-job/phase.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import type { GitHubJob } from "../github/model/types.ts";
import { scopeKey } from "../slots/runner-scope.ts";
import type { SweepResult } from "../sweeps/sweep.ts";

/** Less is the usual: whole seconds in headers, time on the way, clocks that are steered. */
const CLOCKS_DIFFER_MS = 2 * 60_000;

export interface IntakeOptions {
  readonly ledger: Pick<Ledger, "job" | "queue">;
  readonly pools: () => readonly ServingPool[];
  /** GitHub's time now, as its last answer told it. */
  readonly githubNowMs: () => number | null;
  /** How the names of this agent's runners begin. */
  readonly ownPrefix: string;
  /** The last attempt of a job that the journal knows to have ended; null for any other. Nothing ends unless it is given. */
  readonly endedAttempt?: (jobId: number) => number | null;
  /** A job that ran on a runner of this agent's has ended; told of again each time that somebody says so. */
  readonly finished?: (facts: JobFacts) => void;
  readonly feed: (event: ControllerEvent) => void;
  /** Asks for a sweep soon. */
  readonly requestSweep: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Turns what the outside tells (signals, the mailbox's open jobs, sweeps) into the controller's events. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #said: SayOnce;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#said = new SayOnce(options.log);
  }

  /** Signals that are on disk. */
  received(signals: readonly Signal[]): void {
    const { clock, log, feed } = this.#options;
    const now = clock.now();
    for (const signal of signals) {
      const { guid, jobId, action, status } = signal;
      const told = factsOfSignal(signal);
      const facts = told === null ? null : shiftFacts(told, this.#behindMs());
      if (facts === null) {
        log.warn("signal with a status that is not known; kept, without effect", { guid, jobId, status });
        continue;
      }
      const runner = runnerOf(facts, this.#options.ownPrefix);
      log.info("signal", { guid, jobId, ...runner, action, phase: facts.phase, ms: now - signal.receivedAtMs });
      this.#recallEnd(facts, now);
      feed({ type: "job", source: "signal", facts, atMs: now, seenAtMs: now, guid });
      this.#noteFinished(facts);
      this.#noteUnserved(facts);
      this.#askIfOvertaken(facts);
    }
  }

  /** What the mailbox's welcome says of jobs that have not ended. */
  openJobs(jobs: readonly JobFacts[]): void {
    const atMs = this.#options.clock.now();
    for (const facts of jobs.map((each) => shiftFacts(each, this.#behindMs()))) {
      this.#recallEnd(facts, atMs);
      this.#options.feed({ type: "job", source: "open-jobs", facts, atMs, seenAtMs: facts.phaseAtMs });
    }
  }

  /** Jobs of other people's runners are passed over: nobody would tell of their end. */
  swept(result: SweepResult): void {
    const items = result.jobs.items.filter((job) => this.#concernsUs(job)).map((job) => this.#byOurClock(job));
    const jobs = { ...result.jobs, items };
    for (const event of eventsOfSweep({ ...result, jobs }, this.#options.clock.now())) {
      this.#options.feed(event);
      if (event.type === "queue-sweep") event.jobs.forEach((facts) => this.#noteFinished(facts));
    }
    this.#noteUnconfirmed(result);
  }

  /** Old news counts once GitHub shows the job; where it lets nobody look, a person has to. */
  #noteUnconfirmed({ failures }: SweepResult): void {
    const refused = new Map(failures.map(({ what, remedy }) => [what.toLowerCase(), remedy]));
    for (const { facts } of this.#options.ledger.queue.unconfirmed) {
      const { jobId, repository } = facts;
      const remedy = refused.get(`jobs of ${repository}`.toLowerCase());
      if (remedy === undefined) continue;
      const message = "word of this job came late, and its repository cannot be read: nothing is started for it";
      this.#said.say("warn", `job ${jobId}`, message, { jobId, repository, remedy });
    }
  }

  /** What GitHub answered about one job, asked for by its id at `askedAtMs`. */
  answered(job: GitHubJob, askedAtMs: number): void {
    const facts = factsOfJob(this.#byOurClock(job), askedAtMs);
    if (facts === null) return;
    const { clock, feed } = this.#options;
    feed({ type: "job", source: "sweep", facts, atMs: clock.now(), seenAtMs: askedAtMs });
    this.#noteFinished(facts);
  }

  /** The ledger forgets finished jobs within hours; a late copy must not bring one back. */
  #recallEnd(facts: JobFacts, atMs: number): void {
    const { ledger, endedAttempt, feed } = this.#options;
    if (facts.phase === "completed" || ledger.job(facts.jobId) !== undefined) return;
    const attempt = endedAttempt?.(facts.jobId) ?? null;
    if (attempt === null) return;
    const ended: JobFacts = { ...facts, attempt, phase: "completed" };
    feed({ type: "job", source: "signal", facts: ended, atMs, seenAtMs: atMs });
  }

  #noteFinished(facts: JobFacts): void {
    const { ownPrefix, finished } = this.#options;
    if (facts.phase === "completed" && facts.runnerName?.startsWith(ownPrefix) === true) finished?.(facts);
  }

  /** What this machine's clock shows beyond GitHub's, where that is more than clocks usually differ by. */
  #behindMs(): number {
    const { clock, githubNowMs } = this.#options;
    const theirs = githubNowMs();
    const byMs = theirs === null ? 0 : clock.now() - theirs;
    return Math.abs(byMs) < CLOCKS_DIFFER_MS ? 0 : byMs;
  }

  /** GitHub's stamps as this machine's clock would have shown them: nothing is decided by the difference of two clocks. */
  #byOurClock(job: GitHubJob): GitHubJob {
    const byMs = this.#behindMs();
    const shifted = (atMs: number | null): number | null => (atMs === null ? null : atMs + byMs);
    return {
      ...job,
      createdAtMs: shifted(job.createdAtMs),
      startedAtMs: shifted(job.startedAtMs),
      completedAtMs: shifted(job.completedAtMs),
    };
  }

  #concernsUs(job: GitHubJob): boolean {
    const { ledger, pools, ownPrefix } = this.#options;
    if (ledger.job(job.id) !== undefined || job.runnerName?.startsWith(ownPrefix) === true) return true;
    return pools().some((serving) => refusal(serving, job) === null);
  }

  /** A sweep saw the job wait for its approval, and stamps of two clocks cannot tell what came first: GitHub can. */
  #askIfOvertaken({ jobId, phase }: JobFacts): void {
    const { ledger, requestSweep } = this.#options;
    if (phase === "queued" && ledger.job(jobId)?.facts.phase === "waiting") requestSweep();
  }

  /** A job that looks like ours and that nobody will serve is worth a word with the reasons. */
  #noteUnserved(facts: JobFacts): void {
    if (facts.phase !== "queued") return;
    const refusals = this.#options.pools().map((serving) => [serving.pool.key, refusal(serving, facts)] as const);
    if (refusals.some(([, reason]) => reason === null || isBeingAsked(reason))) return;
    const reasons = refusals.map(([pool, reason]) => [pool, reason === null ? "" : describeRefusal(reason)]);
    const { jobId, repository, labels } = facts;
    this.#options.log.info("no pool serves this job", { jobId, repository, labels, why: Object.fromEntries(reasons) });
  }
}

/** GitHub is asked about a repository that a pattern speaks of as soon as a delivery names it. */
function isBeingAsked(reason: Refusal): boolean {
  return reason.code === "other-repository" && reason.leftOut === "unlisted";
}

/** A job's runner: a slot of ours, or somebody else's. */
function runnerOf({ runnerName }: JobFacts, ownPrefix: string): { slot?: string; runner?: string } {
  if (runnerName === null) return {};
  return runnerName.startsWith(ownPrefix) ? { slot: runnerName } : { runner: runnerName };
}

/** What a sweep found as the controller's events; inventory first, so that slots are judged by it. */
export function eventsOfSweep(result: SweepResult, nowMs: number): readonly ControllerEvent[] {
  const { startedAtMs } = result;
  const inventories = result.runners.map(({ scope, items, complete }): ControllerEvent => {
    const runners = items.map(({ id, name, status, busy }) => ({ id, name, online: status === "online", busy }));
    return { type: "inventory", atMs: nowMs, startedAtMs, scope: scopeKey(scope), complete, runners };
  });
  const jobs = result.jobs.items.map((job) => factsOfJob(job, startedAtMs)).filter((facts) => facts !== null);
  const { absent } = result.jobs;
  return [...inventories, { type: "queue-sweep", atMs: nowMs, startedAtMs, jobs, absent }];
}

/**
 * What a REST answer says of a job, or null if its status is none that is known. Between `waiting` and `queued` a
 * sweep speaks as of the time it began: it saw the job's present state, whatever stamps the job carries.
 */
export function factsOfJob(job: GitHubJob, sweepStartedAtMs: number): JobFacts | null {
  const phase = phaseOf({ action: "", status: job.status, runnerName: job.runnerName });
  if (phase === null) return null;
  const taken = phase === "in_progress" || phase === "completed";
  return {
    jobId: job.id,
    jobName: job.name,
    runId: job.runId,
    attempt: job.runAttempt,
    repository: job.repository,
    isPrivate: job.isPrivate,
    labels: [...job.labels],
    phase,
    phaseAtMs: taken ? (job.startedAtMs ?? sweepStartedAtMs) : sweepStartedAtMs,
    runnerName: taken && job.runnerName !== "" ? job.runnerName : null,
    conclusion: job.conclusion,
    createdAtMs: job.createdAtMs,
    startedAtMs: taken ? job.startedAtMs : null,
    completedAtMs: job.completedAtMs,
  };
}
