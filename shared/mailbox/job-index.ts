import { latestOf } from "../clock/some-times.ts";
import type { JobFacts } from "../workflow-job/job-facts.ts";

/** More than a welcome holds. */
const MAX_OPEN = 1000;
/** As many jobs that ended are remembered, so that an event that comes late does not open them again. */
const MAX_ENDED = 500;

interface Entry {
  readonly attempt: number;
  /** When the newest of its signals was received, milliseconds since the epoch. */
  readonly atMs: number;
  /** The signals that its facts are joined from; none once it has ended. */
  readonly seqs: readonly number[];
}

/** A job may be sent to and fro between `waiting` and `queued`; its newest signals tell the rest. */
const MAX_SEQS = 32;

/**
 * Which jobs are open, and which signals tell of each: what a welcome reads instead of all signals of two days. It
 * agrees with `joinFacts`: the higher attempt wins, and within one the end.
 */
export class JobIndex {
  readonly #jobs: Map<number, Entry>;

  /** Goes on from what `rows` gave. */
  constructor(rows: readonly (readonly number[])[]) {
    const entry = ([jobId = 0, attempt = 0, atMs = 0, ...seqs]: readonly number[]) =>
      [jobId, { attempt, atMs, seqs }] as const;
    this.#jobs = new Map(rows.map(entry));
  }

  /** For the disk: job id, attempt, time and sequence numbers, in the order in which the jobs were first heard of. */
  rows(): number[][] {
    return [...this.#jobs].map(([jobId, { attempt, atMs, seqs }]) => [jobId, attempt, atMs, ...seqs]);
  }

  /** The sequence numbers that tell of each open job, oldest job first. */
  open(): readonly (readonly number[])[] {
    return [...this.#jobs.values()].flatMap(({ seqs }) => (seqs.length === 0 ? [] : [seqs]));
  }

  /** Takes in what the signal `seq`, received at `atMs`, says of its job. */
  fold(seq: number, facts: JobFacts, atMs: number): void {
    const known = this.#jobs.get(facts.jobId);
    if (known !== undefined && facts.attempt < known.attempt) return;
    const same = known?.attempt === facts.attempt ? known : null;
    const newestMs = Math.max(atMs, same?.atMs ?? 0);
    if (facts.phase === "completed" || same?.seqs.length === 0) {
      this.#jobs.delete(facts.jobId);
      this.#jobs.set(facts.jobId, { attempt: facts.attempt, atMs: newestMs, seqs: [] });
    } else {
      const seqs = [...(same?.seqs ?? []), seq].slice(-MAX_SEQS);
      this.#jobs.set(facts.jobId, { attempt: facts.attempt, atMs: newestMs, seqs });
    }
  }

  /**
   * Drops jobs that nothing was heard of since `sinceMs`, and the oldest beyond what is kept. Returns when the newest
   * open job that had to go was last heard of; null if none had to.
   */
  trim(sinceMs: number): number | null {
    for (const [jobId, { atMs }] of this.#jobs) if (atMs < sinceMs) this.#jobs.delete(jobId);
    this.#cut(MAX_ENDED, (entry) => entry.seqs.length === 0);
    const lost = this.#cut(MAX_OPEN, (entry) => entry.seqs.length > 0);
    return latestOf(...lost.map(({ atMs }) => atMs));
  }

  #cut(most: number, kind: (entry: Entry) => boolean): readonly Entry[] {
    const of = [...this.#jobs].filter(([, entry]) => kind(entry));
    const lost = of.slice(0, Math.max(0, of.length - most));
    for (const [jobId] of lost) this.#jobs.delete(jobId);
    return lost.map(([, entry]) => entry);
  }
}
