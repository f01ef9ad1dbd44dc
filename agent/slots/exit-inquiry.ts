import type { Clock } from "../../shared/clock/clock.ts";
import type { JobTraits } from "../../shared/controller/demand.ts";
import { olderFirst, type LedgerJob } from "../../shared/controller/job.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { Slot } from "../../shared/controller/slot.ts";
import { isDoneWithin } from "../clock/is-done-within.ts";
import type { GitHub, GitHubJob } from "../github/model/types.ts";
import { toRunnerScope } from "./runner-scope.ts";

/** A job that still waits gets its replacement after this time, whether GitHub has answered or not. */
const ANSWER_WITHIN_MS = 1000;

export interface ExitInquiryOptions {
  readonly ledger: Ledger;
  readonly github: GitHub;
  /** Whether GitHub may have given a job of this kind to the slot. */
  readonly mayRun: (slot: Slot, job: JobTraits) => boolean;
  /** Takes what GitHub said of a job, asked for at `askedAtMs`. */
  readonly answered: (job: GitHubJob, askedAtMs: number) => void;
  readonly clock: Clock;
}

/**
 * Asks GitHub what a slot did that ended without a job being seen on it. A short job may be over before the webhook of
 * its start has come: without this question it would get a second runner, in vain.
 */
export class ExitInquiry {
  readonly #options: ExitInquiryOptions;
  /** Jobs that are being asked about: of several slots that end together, each asks about another job. */
  readonly #asking = new Set<number>();

  constructor(options: ExitInquiryOptions) {
    this.#options = options;
  }

  /** Resolves when GitHub has answered, within a second at most. What it said is in the ledger by then. Never rejects. */
  async ask(slot: Slot, runnerId: number, signal: AbortSignal): Promise<void> {
    const asked = new Set<number>();
    const over = new AbortController();
    const asking = this.#ask(slot, runnerId, asked, AbortSignal.any([signal, over.signal]));
    await isDoneWithin(asking, ANSWER_WITHIN_MS, this.#options.clock, signal);
    over.abort();
    for (const jobId of asked) this.#asking.delete(jobId);
  }

  async #ask(slot: Slot, runnerId: number, asked: Set<number>, signal: AbortSignal): Promise<void> {
    const { github } = this.#options;
    const runner = github.readRunner(toRunnerScope(slot.scope), runnerId, signal).catch(() => undefined);
    const [known] = await Promise.all([runner, this.#askNext(slot, asked, signal)]);
    // GitHub forgets a runner that ran its job: one of those that still seem to wait was given to it.
    if (known !== null) return;
    while (slot.jobId === null && !signal.aborted) {
      if (!(await this.#askNext(slot, asked, signal))) return;
    }
  }

  /** Asks about the oldest job that the slot may have run; false if there is none left. */
  async #askNext(slot: Slot, asked: Set<number>, signal: AbortSignal): Promise<boolean> {
    const { github, clock, answered } = this.#options;
    const job = this.#candidate(slot);
    if (job === null) return false;
    const { jobId, repository } = job.facts;
    asked.add(jobId);
    this.#asking.add(jobId);
    const askedAtMs = clock.now();
    const answer = await github.readJob(repository, jobId, signal).catch(() => null);
    if (answer !== null && !signal.aborted) answered(answer, askedAtMs);
    return true;
  }

  #candidate(slot: Slot): LedgerJob | null {
    const { ledger, mayRun } = this.#options;
    const heads = [...ledger.queue.classes]
      .filter((jobs) => mayRun(slot, jobs))
      .flatMap(({ queued }) => queued.find(({ facts }) => !this.#asking.has(facts.jobId)) ?? []);
    return heads.toSorted(olderFirst)[0] ?? null;
  }
}
