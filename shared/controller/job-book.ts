import { joinFacts, type JobFacts } from "../workflow-job/job-facts.ts";
import { Demand } from "./demand.ts";
import type { JobEvent, QueueSweepEvent } from "./events.ts";
import { isGone, type JobEvidence, type LedgerJob } from "./job.ts";

/** A signal that is older than this when it arrives is confirmed by a sweep before anything is started for it. */
export const STALE_MS = 10 * 60_000;

/** Finished jobs are remembered this long, so that a late or replayed event cannot bring them back. */
const REMEMBER_MS = 3 * 24 * 60 * 60_000;

/** The jobs of the ledger. Facts are joined: copies, replays and any order of the same events end in the same book. */
export class JobBook {
  readonly demand = new Demand();
  /** Jobs that are not finished, by job id. */
  readonly #open = new Map<number, LedgerJob>();
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
    const { facts, source } = event;
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
      missedSweeps: news ? 0 : (known?.missedSweeps ?? 0),
      unconfirmed: source !== "sweep" && (known?.unconfirmed ?? true) && isStale(event),
    };
    if (known !== undefined) this.demand.remove(known);
    this.#file(job);
    return job;
  }

  #file(job: LedgerJob): void {
    const { jobId, phase } = job.facts;
    const done = phase === "completed";
    (done ? this.#open : this.#closed).delete(jobId);
    (done ? this.#closed : this.#open).set(jobId, job);
    if (!done) this.demand.add(job);
  }

  /** Counts a sweep against the jobs that it should have listed and did not. */
  missed(sweep: QueueSweepEvent): void {
    const seen = new Set(sweep.jobs.map(({ jobId }) => jobId));
    const read = new Set(sweep.repositories.map((name) => name.toLowerCase()));
    for (const job of this.#open.values()) {
      if (seen.has(job.facts.jobId) || job.lastSeenMs >= sweep.startedAtMs) continue;
      if (!read.has(job.facts.repository.toLowerCase())) continue;
      this.demand.remove(job);
      job.missedSweeps += 1;
      this.demand.add(job);
    }
  }

  /** Lets go of jobs that nobody has spoken of for days: finished ones, and those that are gone. */
  forget(nowMs: number, dropped: (facts: JobFacts) => void): void {
    const horizonMs = nowMs - REMEMBER_MS;
    for (const jobs of [this.#closed, this.#open]) {
      for (const [jobId, job] of jobs) {
        if (job.lastSeenMs >= horizonMs || (jobs === this.#open && !isGone(job))) continue;
        this.demand.remove(job);
        jobs.delete(jobId);
        dropped(job.facts);
      }
    }
  }
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
