import type { JobClass } from "./demand.ts";
import { olderFirst, type LedgerJob } from "./job.ts";

/** One class of queued jobs and how far it has been read. */
export interface QueueCursor<T> {
  readonly jobClass: JobClass;
  readonly value: T;
  next: number;
}

/** Reads several queues as one, oldest job first, and only as far as it is asked to. */
export class MergedQueue<T> {
  /** By the next job of each, the oldest last. */
  readonly #cursors: QueueCursor<T>[] = [];

  constructor(cursors: Iterable<QueueCursor<T>>) {
    for (const cursor of cursors) if (head(cursor) !== undefined) this.#cursors.push(cursor);
    this.#cursors.sort(youngestFirst);
  }

  /**
   * The oldest job that has not been read, with its cursor, which leaves the queue: `putBack` it to go on with its
   * class, or leave it out to be done with it.
   */
  take(): { readonly job: LedgerJob; readonly cursor: QueueCursor<T> } | null {
    const cursor = this.#cursors.pop();
    const job = cursor === undefined ? undefined : head(cursor);
    return cursor === undefined || job === undefined ? null : { job, cursor };
  }

  /** Goes on with a class behind the job that was taken. */
  putBack(cursor: QueueCursor<T>): void {
    cursor.next += 1;
    if (head(cursor) === undefined) return;
    let at = this.#cursors.length;
    for (let other = this.#cursors[at - 1]; other !== undefined; other = this.#cursors[at - 1]) {
      if (youngestFirst(other, cursor) <= 0) break;
      at -= 1;
    }
    this.#cursors.splice(at, 0, cursor);
  }
}

function head<T>(cursor: QueueCursor<T>): LedgerJob | undefined {
  return cursor.jobClass.queued[cursor.next];
}

function youngestFirst<T>(a: QueueCursor<T>, b: QueueCursor<T>): number {
  const [left, right] = [head(a), head(b)];
  return left === undefined || right === undefined ? 0 : olderFirst(right, left);
}
