import type { JobFacts } from "../workflow-job/job-facts.ts";
import { isDemand, isUnconfirmed, olderFirst, type LedgerJob } from "./job.ts";

/** What decides which pools may serve a job, and nothing else. */
export type JobTraits = Pick<JobFacts, "repository" | "isPrivate" | "labels">;

/** The queued jobs of one kind: whatever serves one of them serves all. */
export interface JobClass extends JobTraits {
  /** Those that wait, oldest first. */
  readonly queued: readonly LedgerJob[];
}

interface OpenClass extends JobClass {
  readonly queued: LedgerJob[];
}

/**
 * Demand by class: the set of queued jobs, kept in order as jobs change, so that a plan reads as many of them as
 * there are places and not all. Jobs of a class share their labels and repository name.
 */
export class Demand {
  readonly #classes = new Map<string, OpenClass>();
  readonly #unconfirmed = new Set<LedgerJob>();
  #size = 0;

  /** How many jobs wait for a runner. */
  get size(): number {
    return this.#size;
  }

  get classes(): Iterable<JobClass> {
    return this.#classes.values();
  }

  /** Jobs that arrived as old news and that no sweep has looked for yet. */
  get unconfirmed(): Iterable<LedgerJob> {
    return this.#unconfirmed;
  }

  /** Takes a job in as it is now. Remove it before it is changed. */
  add(job: LedgerJob): void {
    if (isUnconfirmed(job)) this.#unconfirmed.add(job);
    if (!isDemand(job)) return;
    const { queued, repository, labels } = this.#classOf(job.facts);
    job.facts = { ...job.facts, repository, labels };
    queued.splice(placeOf(queued, job), 0, job);
    this.#size += 1;
  }

  remove(job: LedgerJob): void {
    this.#unconfirmed.delete(job);
    if (!isDemand(job)) return;
    const key = keyOf(job.facts);
    const queued = this.#classes.get(key)?.queued ?? [];
    const at = placeOf(queued, job);
    if (queued[at] !== job) return;
    queued.splice(at, 1);
    this.#size -= 1;
    if (queued.length === 0) this.#classes.delete(key);
  }

  #classOf(facts: JobFacts): OpenClass {
    const key = keyOf(facts);
    const known = this.#classes.get(key);
    if (known !== undefined) return known;
    const { repository, isPrivate, labels } = facts;
    const fresh: OpenClass = { repository, isPrivate, labels, queued: [] };
    this.#classes.set(key, fresh);
    return fresh;
  }
}

/** By GitHub's own spelling: two spellings of one class cost a class, not a mistake. */
function keyOf({ repository, isPrivate, labels }: JobTraits): string {
  return `${repository}\n${isPrivate}\n${labels.join("\n")}`;
}

/** Where a job stands, or would stand, in the queue. */
function placeOf(queued: readonly LedgerJob[], job: LedgerJob): number {
  let low = 0;
  let high = queued.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = queued[middle];
    if (other !== undefined && olderFirst(other, job) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
