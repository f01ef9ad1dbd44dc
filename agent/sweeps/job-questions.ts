import type { Clock } from "../../shared/clock/clock.ts";
import { ownerOf, repositoryScope } from "../github/model/scope.ts";
import type { GitHub, GitHubJob } from "../github/model/types.ts";
import { atMost } from "./at-most.ts";
import type { SweepFailures } from "./sweep-failures.ts";

const CONCURRENCY = 4;
/** Questions of one sweep. What is left over comes first in the next. */
const MOST_QUESTIONS = 60;
/** After answers that settled nothing a job is asked about again this late, doubled each time. */
const AGAIN = { baseMs: 60_000, capMs: 30 * 60_000 } as const;

/** A job that is believed in, and when anybody last said that it exists. */
export interface BelievedJob {
  readonly jobId: number;
  /** `owner/name`. */
  readonly repository: string;
  readonly lastSeenMs: number;
}

/** What GitHub said of the jobs that it was asked about by their ids. */
export interface JobAnswers {
  readonly jobs: readonly GitHubJob[];
  /** Jobs that it has not, in repositories that it showed to the same credential afterwards. */
  readonly absent: readonly number[];
}

interface Asked {
  readonly atMs: number;
  /** Answers in a row that settled nothing. */
  readonly unsettled: number;
}

export interface JobQuestionsOptions {
  readonly github: Pick<GitHub, "readJob" | "nameOfRepository">;
  readonly believed: () => Iterable<BelievedJob>;
  readonly clock: Clock;
}

interface QuestionRound {
  /** When the sweep began, milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Whether the sweep has listed the job. */
  readonly isListed: (jobId: number) => boolean;
  /** Whether the repository's jobs could not be listed: then its jobs cannot be read either. */
  readonly isRefused: (repository: string) => boolean;
  readonly failures: SweepFailures;
  readonly signal: AbortSignal;
}

/**
 * Asks GitHub by its id for each job that a sweep should have listed and did not: lists are filtered, cut and late, so
 * one that does not show a job is a reason to ask and no more. Those that were asked longest ago come first.
 *
 * https://docs.github.com/en/rest/actions/workflow-jobs#get-a-job-for-a-workflow-run
 */
export class JobQuestions {
  readonly #options: JobQuestionsOptions;
  #asked = new Map<number, Asked>();

  constructor(options: JobQuestionsOptions) {
    this.#options = options;
  }

  /** Rejects only with the signal's reason; what cannot be read is noted in `failures`. */
  async ask(round: QuestionRound): Promise<JobAnswers> {
    const doubted = this.#doubted(round);
    const jobs: GitHubJob[] = [];
    const missing: BelievedJob[] = [];
    const refused = new Set<string>();
    await atMost(CONCURRENCY, doubted, async (job) => {
      if (refused.has(job.repository)) return;
      const answer = await this.#read(job, round);
      if (answer === null) return void missing.push(job);
      this.#note(job, answer !== "refused");
      if (answer === "refused") refused.add(job.repository);
      else jobs.push(answer);
    });
    return { jobs, absent: await this.#absent(missing, round) };
  }

  #doubted({ startedAtMs, isListed, isRefused }: QuestionRound): readonly BelievedJob[] {
    const doubted = [...this.#options.believed()].filter(
      ({ jobId, lastSeenMs, repository }) =>
        lastSeenMs <= startedAtMs && !isListed(jobId) && !isRefused(repository.toLowerCase()),
    );
    // A job that is listed again, or has ended, is asked about anew if it is ever doubted again.
    const ids = new Set(doubted.map(({ jobId }) => jobId));
    this.#asked = new Map([...this.#asked].filter(([jobId]) => ids.has(jobId)));
    const askedAtMs = (job: BelievedJob): number => this.#asked.get(job.jobId)?.atMs ?? Number.NEGATIVE_INFINITY;
    return doubted
      .filter((job) => this.#options.clock.monotonicMs() >= this.#dueMs(job.jobId))
      .toSorted((a, b) => askedAtMs(a) - askedAtMs(b))
      .slice(0, MOST_QUESTIONS);
  }

  #dueMs(jobId: number): number {
    const asked = this.#asked.get(jobId);
    if (asked === undefined || asked.unsettled === 0) return Number.NEGATIVE_INFINITY;
    return asked.atMs + Math.min(AGAIN.capMs, AGAIN.baseMs * 2 ** (asked.unsettled - 1));
  }

  async #read({ jobId, repository }: BelievedJob, round: QuestionRound): Promise<GitHubJob | null | "refused"> {
    const { failures, signal } = round;
    const read = async (): Promise<{ readonly job: GitHubJob | null }> => ({
      job: await this.#options.github.readJob(repository, jobId, signal),
    });
    const answer = await failures.attempt(`job ${jobId} of ${repository}`, ownerOf(repositoryScope(repository)), read);
    return answer === null ? "refused" : answer.job;
  }

  /** Repositories are read after their jobs: a credential that lost its access meanwhile proves nothing. */
  async #absent(missing: readonly BelievedJob[], round: QuestionRound): Promise<readonly number[]> {
    const shown = new Set<string>();
    await atMost(CONCURRENCY, [...new Set(missing.map(({ repository }) => repository))], async (repository) => {
      const isShown = async (): Promise<boolean> =>
        (await this.#options.github.nameOfRepository(repository, round.signal))?.toLowerCase() ===
        repository.toLowerCase();
      const answer = await round.failures.attempt(
        `repository ${repository}`,
        ownerOf(repositoryScope(repository)),
        isShown,
      );
      if (answer === true) shown.add(repository);
    });
    for (const job of missing) this.#note(job, shown.has(job.repository));
    return missing.filter(({ repository }) => shown.has(repository)).map(({ jobId }) => jobId);
  }

  #note({ jobId }: BelievedJob, settled: boolean): void {
    const unsettled = settled ? 0 : (this.#asked.get(jobId)?.unsettled ?? 0) + 1;
    this.#asked.set(jobId, { atMs: this.#options.clock.monotonicMs(), unsettled });
  }
}
