import * as z from "zod";

import { silentLogger } from "../../shared/log/logger.ts";
import { servingPool } from "../../shared/controller/pool-choice.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { printable } from "../../shared/text/printable.ts";
import { systemClock } from "../clock/system-clock.ts";
import { HOST_ARCHITECTURE } from "../settings/configured-pools.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import { askJob, askStatus } from "../control/ask-status.ts";
import { githubOf } from "../github/open-github.ts";
import type { GitHubJob } from "../github/model/types.ts";
import { ownPrefix } from "../slots/slot-name.ts";
import type { WhyAnswer } from "../why/answer.ts";
import { findJob } from "../why/find-job.ts";
import { journalWord } from "../why/journal-word.ts";
import { readJobReference, type JobReference } from "../why/job-reference.ts";
import { whyOf } from "../why/why.ts";
import { asksForHelp, flag, needed, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, remedyHere, type CommandIo, type ExitCode } from "../cli/io.ts";
import { ageText } from "../../shared/text/age-text.ts";

const DEADLINE_MS = 30_000;

const HELP = `Usage: hookline why JOB_ID|URL [--repository OWNER/NAME] [--json]

Why a job waits and what would change it; where it runs; or what became of it, and where. The daemon that runs on
HOOKLINE_DATA is asked first, then its journal, then GitHub, whose answer is held against the pools file. JOB_ID is the
number in the address of the job's page; the address itself will do.

  --repository OWNER/NAME   where the job is; without it GitHub is asked for the number in the fleet's repositories,
                            the most active first, with 50 calls at most
  --json                    print {"ok", "job": {"jobId", "repository", "name", "state", "reason", "why", "remedy",
                            "mender", "source", "pool", "runner", "sinceMs", "ranMs", "conclusion", "atMs"}}
  --help                    print this

States: waiting, running, ended. Reasons are those of shared/controller/SPEC.md. A wait ends by "mender": time, operator
(a pool is drained), person (something has to be mended), nobody (no runner of this agent is due).

Exit code: 0 told, 1 nobody knows of the job or could be asked, 2 wrong usage or configuration.
`;

const schema = z.object({
  json: flag,
  repository: z.string().nullable().default(null),
  JOB_ID: needed("is missing: name the job's number or the address of its page"),
});

/** `hookline why JOB_ID|URL [--repository OWNER/NAME] [--json]`. Gives the exit code. */
export async function runWhy(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { repository: { type: "string" } } as const;
    const rules = { command: "hookline why", options, words: ["JOB_ID"], schema };
    const { json, repository, JOB_ID } = readArguments(args, rules);
    const answer = await why(readJobReference(JOB_ID, repository), readSettings(io), io);
    if (json) printJson(io, { ok: true, job: answer });
    else io.stdout(describeAnswer(answer, io));
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

async function why(job: JobReference, settings: AgentSettings, io: CommandIo): Promise<WhyAnswer> {
  const { dataFolder, instance } = settings;
  const { fleet } = readPoolsFile({ file: settings.configFile, cwd: io.cwd, env: io.env });
  return whyOf({
    jobId: job.jobId,
    daemon: await askJob(dataFolder, job.jobId),
    journal: journalWord(dataFolder, job.jobId),
    ask: () => askGitHub(job, settings, fleet),
    pools: fleet.pools.map((pool) => servingPool(pool, HOST_ARCHITECTURE)),
    ownPrefix: ownPrefix(instance),
    nowMs: Date.now(),
  });
}

async function askGitHub(job: JobReference, settings: AgentSettings, fleet: Fleet): Promise<GitHubJob> {
  const github = githubOf(settings, silentLogger);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const active = job.repository === null ? await activeRepositories(settings.dataFolder) : [];
  return findJob(job, { github, fleet, active, clock: systemClock, signal });
}

/** Where the daemon knows of open jobs, those with the most first; none without a daemon. */
async function activeRepositories(dataFolder: string): Promise<readonly string[]> {
  const status = await askStatus(dataFolder).catch(() => null);
  const open = status === null ? [] : [...status.jobs.waiting, ...status.jobs.running];
  const counts = Map.groupBy(open, ({ repository }) => repository);
  return [...counts].toSorted((a, b) => b[1].length - a[1].length).map(([repository]) => repository);
}

function describeAnswer(answer: WhyAnswer, io: CommandIo): string {
  const { jobId, repository, name, state, why: reason, remedy, source, sinceMs, ranMs, atMs } = answer;
  const where = repository === null ? "" : ` of ${repository}`;
  const called = name === null ? "" : ` (${name})`;
  const since = sinceMs === null || state === "ended" ? "" : ` for ${ageText(atMs - sinceMs)}`;
  const ran = ranMs === null ? "" : `; it ran for ${ageText(ranMs)}`;
  const doing = { waiting: "waits", running: "runs", ended: "is done" }[state];
  const told = { daemon: "the daemon", journal: "the journal", github: "GitHub, by the rules of the pools file" }[
    source
  ];
  const lines = [
    `Job ${jobId}${where}${called} ${doing}${since}: ${reason}${ran}.`,
    `What would change it: ${remedyHere(remedy, io)}`,
    `Told by ${told}.`,
  ];
  return `${lines.map(printable).join("\n")}\n`;
}
