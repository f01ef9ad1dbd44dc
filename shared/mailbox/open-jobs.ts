import { factsOfSignal, joinFacts, type JobFacts } from "../workflow-job/job-facts.ts";
import { signalSchema } from "../workflow-job/signal.ts";
import { storedJson } from "./signal-store.ts";
import type { SqlDatabase } from "../sql/sql.ts";

/** GitHub cancels a job that was queued for a day; two days leave room for late events. */
const WINDOW_MS = 48 * 60 * 60 * 1000;

/** What the jobs may take of a welcome, which is one frame of at most 256 KiB: some 400 jobs as they usually are. */
const MAX_CHARACTERS = 160 * 1024;

/** Signals looked at for one welcome, so that neither rows read nor processor time grow with the backlog. */
const MAX_SIGNALS = 5000;

export interface OpenJobs {
  readonly jobs: readonly JobFacts[];
  /** False when there were more than one welcome carries, or more signals than are looked at; the newest are kept. */
  readonly complete: boolean;
}

/**
 * The jobs that are not finished as far as the mailbox has heard, folded from the signals of two days. A row that is
 * no signal to this version is passed over.
 */
export function openJobs(sql: SqlDatabase, nowMs: number): OpenJobs {
  const newest = sql.exec("SELECT received_at AS at, signal FROM signals ORDER BY seq DESC LIMIT ?", MAX_SIGNALS);
  const recent = newest.filter((row) => Number(row["at"]) >= nowMs - WINDOW_MS).toReversed();
  const jobs = new Map<number, JobFacts>();
  for (const row of recent) {
    const parsed = signalSchema.safeParse(storedJson(row));
    const facts = parsed.success ? factsOfSignal(parsed.data) : null;
    if (facts === null) continue;
    const known = jobs.get(facts.jobId);
    jobs.set(facts.jobId, known === undefined ? facts : joinFacts(known, facts));
  }
  const open = [...jobs.values()].filter((job) => job.phase !== "completed");
  const kept = newestThatFit(open);
  return { jobs: kept, complete: kept.length === open.length && recent.length < MAX_SIGNALS };
}

function newestThatFit(jobs: readonly JobFacts[]): readonly JobFacts[] {
  let characters = 0;
  let first = jobs.length;
  for (const job of jobs.toReversed()) {
    characters += JSON.stringify(job).length;
    if (characters > MAX_CHARACTERS) break;
    first -= 1;
  }
  return jobs.slice(first);
}
