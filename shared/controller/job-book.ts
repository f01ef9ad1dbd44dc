import { joinFacts, type JobFacts } from "../workflow-job/job-facts.ts";
import { Demand } from "./demand.ts";
import type { JobEvent } from "./events.ts";
import { isGone, shiftJob, type JobEvidence, type LedgerJob } from "./job.ts";

/** A signal that is older than this when it arrives is confirmed by a sweep before anything is started for it. */
export const STALE_MS = 10 * 60_000;

const MOST_WORDS = 1000;

/** Finished jobs are remembered this long here; that one has ended the journal knows for longer, and says so. */
const REMEMBER_MS = 60 * 60_000;

/**
 * GitHub ends a run after this time, whatever its jobs wait for.
 * https://docs.github.com/en/actions/reference/limits
 */
const LONGEST_RUN_MS = 35 * 24 * 60 * 60_000;

/** The jobs of the ledger. Facts are joined: copies, replays and any order of the same events end in the same book. */
export class JobBook {
  readonly demand = new Demand();
  /** Jobs that are not finished, by job id. */
  readonly #open = new Map<number, LedgerJob>();
  readonly #words = new Map<string, Pick<JobFacts, "repository" | "labels" | "jobName">>();
  /** Finished jobs, so that they stay finished. */
  readonly #closed = new Map<number, LedgerJob>();

  /** Unfinished jobs in the order in which they became known. */
  get open(): Iterable<LedgerJob> {
    return this.#open.values();
  }

  job(jobId: number): LedgerJob | undefined {
    return this.#open.get(jobId) ?? this.#closed.get(jobId);
  }

  /** Takes in what one event tells of one job, and returns what is believed of it now. */
  learn(event: JobEvent): LedgerJob {
    const { source } = event;
    const facts = notAhead(event);
    const known = this.job(facts.jobId);
    const joined = known === undefined ? facts : joinFacts(known.facts, facts);
    // What the mailbox remembers is no news of a job that is known here already.
    const news = source !== "open-jobs" || known === undefined;
    const seenMs = Math.min(source === "open-jobs" ? facts.phaseAtMs : event.seenAtMs, event.atMs);
    const job: LedgerJob = {
      facts: joined,
      because: evidence(known, joined, event),
      firstSeenMs: Math.min(known?.firstSeenMs ?? seenMs, seenMs),
      lastSeenMs: Math.max(known?.lastSeenMs ?? seenMs, news ? seenMs : 0),
      sweptAtMs: source === "sweep" ? Math.max(known?.sweptAtMs ?? seenMs, seenMs) : (known?.sweptAtMs ?? null),
      absentSinceMs: news ? null : (known?.absentSinceMs ?? null),
      absentAtMs: news ? null : (known?.absentAtMs ?? null),
      unconfirmed: source !== "sweep" && (known?.unconfirmed ?? true) && isStale(event),
    };
    if (known !== undefined) this.demand.remove(known);
    this.#file(job);
    return job;
  }

  #file(job: LedgerJob): void {
    const { jobId, phase } = job.facts;
    const done = phase === "completed";
    if (done) job.facts = this.#sharing(job.facts);
    (done ? this.#open : this.#closed).delete(jobId);
    (done ? this.#closed : this.#open).set(jobId, job);
    if (!done) this.demand.add(job);
  }

  /** Finished jobs are many, and most of their words are those of others. */
  #sharing(facts: JobFacts): JobFacts {
    const { repository, labels, jobName } = facts;
    const key = JSON.stringify([repository, labels, jobName]);
    const words = this.#words.get(key) ?? { repository, labels, jobName };
    if (this.#words.size >= MOST_WORDS) this.#words.clear();
    this.#words.set(key, words);
    return { ...facts, ...words };
  }

  /** GitHub, asked at `atMs` about this very job in a repository that it shows, answered that it has none. */
  absent(jobId: number, atMs: number): void {
    const job = this.#open.get(jobId);
    if (job === undefined || job.lastSeenMs >= atMs) return;
    this.demand.remove(job);
    job.absentSinceMs ??= atMs;
    job.absentAtMs = atMs;
    this.demand.add(job);
  }

  /** The clock was set by so much. */
  shift(byMs: number): void {
    for (const job of this.#closed.values()) shiftJob(job, byMs);
    for (const job of this.#open.values()) {
      this.demand.remove(job);
      shiftJob(job, byMs);
      this.demand.add(job);
    }
  }

  /** Lets go of jobs that nobody has spoken of for days: finished ones, those that are gone, and the oldest of all. */
  forget(nowMs: number, dropped: (facts: JobFacts) => void): void {
    for (const jobs of [this.#closed, this.#open]) {
      for (const [jobId, job] of jobs) {
        const rememberMs = jobs === this.#closed || isGone(job) ? REMEMBER_MS : LONGEST_RUN_MS;
        if (job.lastSeenMs >= nowMs - rememberMs) continue;
        this.demand.remove(job);
        jobs.delete(jobId);
        dropped(job.facts);
      }
    }
  }
}

/** Nothing is from after it was heard: a stamp that says so comes from a clock that is ahead of ours. */
function notAhead({ facts, atMs }: JobEvent): JobFacts {
  return facts.phaseAtMs <= atMs ? facts : { ...facts, phaseAtMs: atMs };
}

/** Who first told of the phase and attempt that the job is in. */
function evidence(known: LedgerJob | undefined, joined: JobFacts, event: JobEvent): JobEvidence {
  const same = known?.facts.phase === joined.phase && known.facts.attempt === joined.attempt;
  if (known !== undefined && same) return known.because;
  return { source: event.source, guid: event.guid ?? null, atMs: event.atMs };
}

function isStale(event: JobEvent): boolean {
  return event.atMs - event.facts.phaseAtMs > STALE_MS;
}
