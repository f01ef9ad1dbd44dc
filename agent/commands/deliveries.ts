import * as z from "zod";

import { positiveNumber } from "../settings/setting-rules.ts";
import { configuredPools } from "../settings/configured-pools.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import { factsByJob, outcomeOf, type JobOutcome, type OutcomeRules } from "../journal/job-outcome.ts";
import type { JournaledSignal } from "../journal/journal.ts";
import { readFrom, readJournal } from "../journal/read-journal.ts";
import { ownPrefix } from "../slots/slot-name.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { textTable } from "../cli/text-table.ts";

const MOST = 10_000;

const HELP = `Usage: hookline deliveries [--last N] [--job ID] [--json]

The newest signals that this agent has in its journal, newest last, and what has become of their jobs. It reads the
journal in HOOKLINE_DATA and changes nothing; the daemon may be running.

  --last N   how many, 1 to ${MOST} (default 20)
  --job ID   those of one job, all that are kept
  --json     print {"ok", "deliveries": [{"guid", "seq", "job", "action", "received", "outcome", …}]}
  --help     print this

Outcomes: queued, waiting (for an approval), running, done; elsewhere: a runner that is not ours took it;
unserved: no pool serves it; ended-unserved: cancelled or skipped before a runner took it; unreadable: a status that
this version does not know.

Exit code: 0 printed, 1 the journal cannot be read, 2 wrong usage or configuration.
`;

const MOST_ID = 999_999_999_999_999;

const schema = z.object({
  json: flag,
  job: z.string().pipe(positiveNumber(MOST_ID)).optional(),
  last: z.string().default("20").pipe(positiveNumber(MOST)),
});

/** One line of what `hookline deliveries --json` prints; times are ISO 8601 in UTC. */
interface DeliveryLine {
  readonly guid: string;
  /** Null for a signal that an earlier version took. */
  readonly seq: number | null;
  readonly job: number;
  readonly name: string | null;
  readonly repository: string;
  readonly action: string;
  readonly received: string;
  readonly outcome: JobOutcome;
  /** The runner that took the job; null while none has. */
  readonly runner: string | null;
}

/** `hookline deliveries [--last N] [--job ID] [--json]`. Gives the exit code. */
export function runDeliveries(args: readonly string[], io: CommandIo): ExitCode {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { last: { type: "string" }, job: { type: "string" } } as const;
    const { json, last, job } = readArguments(args, { command: "hookline deliveries", options, words: [], schema });
    const settings = readSettings(io);
    const signals =
      job === undefined
        ? readJournal(settings.dataFolder).signals
        : readFrom(settings.dataFolder, ({ journal }) => journal.signalsOf(job));
    const lines = newest(signals, job === undefined ? last : signals.length, rulesOf(settings, io));
    if (json) printJson(io, { ok: true, deliveries: lines });
    else
      io.stdout(
        lines.length === 0
          ? job === undefined
            ? "No signal has come yet.\n"
            : `No signal of job ${job} is kept.\n`
          : tableOf(lines),
      );
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

/** What has come can be told without the pools file; only what nobody serves cannot. */
function rulesOf(settings: AgentSettings, io: CommandIo): OutcomeRules {
  const prefix = ownPrefix(settings.instance);
  try {
    return { ownPrefix: prefix, pools: configuredPools(settings, io) };
  } catch {
    return { ownPrefix: prefix, pools: null };
  }
}

function newest(signals: readonly JournaledSignal[], last: number, rules: OutcomeRules): readonly DeliveryLine[] {
  const jobs = factsByJob(signals);
  return (last === 0 ? [] : signals.slice(-last)).map(({ signal, seq }) => {
    const facts = jobs.get(signal.jobId) ?? null;
    return {
      guid: signal.guid,
      seq,
      job: signal.jobId,
      name: signal.jobName,
      repository: signal.repository,
      action: signal.action,
      received: new Date(signal.receivedAtMs).toISOString(),
      outcome: outcomeOf(facts, rules),
      runner: facts?.runnerName ?? null,
    };
  });
}

function tableOf(lines: readonly DeliveryLine[]): string {
  const columns = [
    ["seq", 6],
    ["received", 19],
    ["job", 12],
    ["action", 11],
    ["outcome", 14],
    ["guid", 8],
  ] as const;
  const rows = lines.map(({ seq, received, job, action, outcome, guid }) => [
    String(seq ?? "-"),
    received.slice(0, 19).replace("T", " "),
    String(job),
    action,
    outcome,
    guid,
  ]);
  return textTable(columns, rows);
}
