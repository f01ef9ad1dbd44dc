import { factsOfSignal, joinFacts, type JobFacts } from "../workflow-job/job-facts.ts";
import { signalSchema } from "../workflow-job/signal.ts";
import { storedJson } from "./signal-store.ts";
import type { SqlDatabase, SqlRow } from "../sql/sql.ts";

/** GitHub cancels a job that was queued for a day; two days leave room for late events. */
const WINDOW_MS = 48 * 60 * 60 * 1000;

/** What the jobs may take of a welcome, which is one frame of at most 256 KiB: some 400 jobs as they usually are. */
const MAX_CHARACTERS = 160 * 1024;

/** Signals looked at for one welcome, so that neither rows read nor processor time grow with the mailbox. */
const MAX_SIGNALS = 5000;
const PAGE = 250;

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
  const recent = recentSignals(sql, nowMs - WINDOW_MS);
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

/**
 * The newest signals that came after `sinceMs`, oldest first, read a page at a time. `seq` is selected because SQLite
 * merges the two halves of the view only by a column of the result; without it each query sorts the whole mailbox.
 */
function recentSignals(sql: SqlDatabase, sinceMs: number): readonly SqlRow[] {
  const recent: SqlRow[] = [];
  let before = Number.MAX_SAFE_INTEGER;
  while (recent.length < MAX_SIGNALS) {
    const page = sql.exec(
      "SELECT seq, received_at AS at, signal FROM signals WHERE seq < ? ORDER BY seq DESC LIMIT ?",
      before,
      PAGE,
    );
    const fresh = page.filter((row) => Number(row["at"]) >= sinceMs);
    recent.push(...fresh);
    if (page.length < PAGE || fresh.length === 0) break;
    before = Number(page.at(-1)?.["seq"]);
  }
  return recent.toReversed();
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
