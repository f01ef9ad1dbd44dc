import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import type { OpenJob } from "../../shared/status/describe-jobs.ts";
import type { JobFacts } from "../../shared/workflow-job/job-facts.ts";
import { factsOfJob } from "../daemon/intake.ts";
import { poolOfRunner } from "../explain/decide.ts";
import type { GitHubJob } from "../github/model/types.ts";
import type { WhyAnswer } from "./answer.ts";
import { ofFacts, ofFinished, ofRunning, ofUnheard, ofWaiting } from "./answers.ts";
import { reasonByRules } from "./by-rules.ts";
import type { JournalWord } from "./journal-word.ts";

/** Whom to ask about a job, in this order. */
export interface WhySources {
  readonly jobId: number;
  /** What the daemon says; null where none answers. */
  readonly daemon: (OpenJob & { readonly atMs: number }) | null;
  readonly journal: JournalWord | null;
  /** Asks GitHub. @throws {Error} why it cannot tell. */
  readonly ask: () => Promise<GitHubJob>;
  readonly pools: readonly ServingPool[];
  readonly ownPrefix: string;
  readonly nowMs: number;
}

/**
 * Where a job stands and why. The daemon knows of what is open, the journal of what has ended, GitHub of the rest; where
 * GitHub cannot be asked, the journal has the last word.
 * @throws {Error} why GitHub cannot tell, where nobody else can.
 */
export async function whyOf(sources: WhySources): Promise<WhyAnswer> {
  const { jobId, daemon, journal, pools, ownPrefix, nowMs } = sources;
  if (daemon !== null && daemon.waiting !== null) return ofWaiting(daemon.waiting, daemon.atMs);
  if (daemon !== null && daemon.running !== null) return ofRunning(daemon.running, daemon.atMs);
  if (journal?.facts?.phase === "completed") return byJournal(journal, sources);
  if (journal !== null && journal.facts === null && journal.finished !== null)
    return ofFinished(jobId, journal.finished, nowMs);
  let job: GitHubJob;
  try {
    job = await sources.ask();
  } catch (error) {
    if (journal !== null && journal.facts !== null) return byJournal(journal, sources);
    throw error;
  }
  const facts = factsOfJob(job, nowMs);
  if (facts === null)
    throw new Error(`GitHub says that job ${jobId} is ${job.status}, which this version does not know.`);
  const pool = journal?.pool ?? poolOf(facts, pools, ownPrefix);
  const reason = reasonByRules(facts, pools, ownPrefix, nowMs);
  if (reason.code !== "starting" && reason.code !== "threshold") return ofFacts(facts, reason, "github", pool, nowMs);
  return ofUnheard(facts, reason.pool, daemon !== null, nowMs);
}

function byJournal({ facts, pool }: JournalWord, { pools, ownPrefix, nowMs, jobId }: WhySources): WhyAnswer {
  if (facts === null) throw new Error(`The journal has nothing of job ${jobId}.`);
  const reason = reasonByRules(facts, pools, ownPrefix, facts.phaseAtMs);
  return ofFacts(facts, reason, "journal", pool ?? poolOf(facts, pools, ownPrefix), nowMs);
}

function poolOf({ runnerName }: JobFacts, pools: readonly ServingPool[], ownPrefix: string): string | null {
  return runnerName?.startsWith(ownPrefix) === true ? poolOfRunner(runnerName, pools, ownPrefix) : null;
}
