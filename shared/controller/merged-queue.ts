import type { JobClass } from "./demand.ts";
import { olderFirst, type LedgerJob } from "./job.ts";

/** One class of queued jobs and how far it has been read. */
export interface QueueCursor<T> {
  readonly jobClass: JobClass;
  readonly value: T;
  next: number;
}

/** Whose turn it is: the lowest first, the oldest job among equals. */
export type TurnOf<T> = (job: LedgerJob, cursor: QueueCursor<T>) => number;

interface Entry<T> {
  readonly cursor: QueueCursor<T>;
  readonly job: LedgerJob;
  readonly turn: number;
}

/** Reads several queues as one, in turns or else oldest job first, and only as far as it is asked to. */
export class MergedQueue<T> {
  /** By turn and the next job of each, the first to come last. */
  readonly #entries: Entry<T>[] = [];
  readonly #turnOf: TurnOf<T>;

  /** `turnOf` may rise while the queue is read, and never falls. */
  constructor(cursors: Iterable<QueueCursor<T>>, turnOf: TurnOf<T> = () => 0) {
    this.#turnOf = turnOf;
    for (const cursor of cursors) {
      const entry = this.#entryOf(cursor);
      if (entry !== null) this.#entries.push(entry);
    }
    this.#entries.sort(lastFirst);
  }

  /**
   * The next job that has not been read, with its cursor, which leaves the queue: `putBack` it to go on with its
   * class, or leave it out to be done with it.
   */
  take(): { readonly job: LedgerJob; readonly cursor: QueueCursor<T> } | null {
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      const { job, cursor } = entry;
      const turn = this.#turnOf(job, cursor);
      if (turn <= entry.turn) return { job, cursor };
      this.#insert({ job, cursor, turn });
    }
    return null;
  }

  /** Goes on with a class behind the job that was taken. */
  putBack(cursor: QueueCursor<T>): void {
    cursor.next += 1;
    const entry = this.#entryOf(cursor);
    if (entry !== null) this.#insert(entry);
  }

  #entryOf(cursor: QueueCursor<T>): Entry<T> | null {
    const job = cursor.jobClass.queued[cursor.next];
    return job === undefined ? null : { cursor, job, turn: this.#turnOf(job, cursor) };
  }

  #insert(entry: Entry<T>): void {
    let at = this.#entries.length;
    for (let other = this.#entries[at - 1]; other !== undefined; other = this.#entries[at - 1]) {
      if (lastFirst(other, entry) <= 0) break;
      at -= 1;
    }
    this.#entries.splice(at, 0, entry);
  }
}

function lastFirst<T>(a: Entry<T>, b: Entry<T>): number {
  return b.turn - a.turn || olderFirst(b.job, a.job);
}
