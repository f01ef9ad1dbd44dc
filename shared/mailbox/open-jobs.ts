import { factsOfSignal, joinFacts, type JobFacts } from "../workflow-job/job-facts.ts";
import { signalSchema } from "../workflow-job/signal.ts";
import type { SqlDatabase } from "../sql/sql.ts";
import type { Mailbox } from "./mailbox.ts";
import { storedJson } from "./stored-json.ts";
import { OPEN_WINDOW_MS } from "./summary-state.ts";

/** What the jobs may take of a welcome, which is one frame of at most 256 KiB: some 400 jobs as they usually are. */
const MAX_CHARACTERS = 160 * 1024;
const PAGE_JOBS = 100;

export interface OpenJobs {
  readonly jobs: readonly JobFacts[];
  /** False when there were more than one welcome carries, or more signals than are looked at; the newest are kept. */
  readonly complete: boolean;
}

/**
 * The jobs that are not finished as far as the mailbox has heard within two days, oldest first. Reads the signals of
 * those jobs that the welcome has room for, and the few that the summary has not taken in.
 */
export function openJobs(mailbox: Mailbox, sql: SqlDatabase, nowMs: number): OpenJobs {
  const { seqs, complete } = mailbox.summary.openJobs({ head: mailbox.head(), acked: mailbox.acked(), nowMs });
  const kept: JobFacts[] = [];
  let characters = 0;
  for (let end = seqs.length; end > 0; end -= PAGE_JOBS) {
    const page = joinedFacts(sql, seqs.slice(Math.max(0, end - PAGE_JOBS), end).flat(), nowMs - OPEN_WINDOW_MS);
    for (const job of page.toReversed()) {
      characters += JSON.stringify(job).length;
      if (characters > MAX_CHARACTERS) return { jobs: kept.toReversed(), complete: false };
      kept.push(job);
    }
  }
  return { jobs: kept.toReversed(), complete };
}

/** What the signals `seqs` say of their jobs, the one heard of first in front; those received before `sinceMs` say nothing. */
function joinedFacts(sql: SqlDatabase, seqs: readonly number[], sinceMs: number): readonly JobFacts[] {
  const jobs = new Map<number, JobFacts>();
  const rows = sql.exec(
    `SELECT seq, received_at AS at, signal FROM signals WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq`,
    JSON.stringify(seqs),
  );
  for (const row of rows) {
    const parsed = signalSchema.safeParse(storedJson(row));
    const facts = parsed.success && Number(row["at"]) >= sinceMs ? factsOfSignal(parsed.data) : null;
    if (facts === null) continue;
    const known = jobs.get(facts.jobId);
    jobs.set(facts.jobId, known === undefined ? facts : joinFacts(known, facts));
  }
  return [...jobs.values()];
}
