import * as z from "zod";

import { GITHUB_PRICES } from "../../shared/costs/github-prices.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { pointInTime } from "../cli/point-in-time.ts";
import { finishedDays, firstFinishedDay } from "../journal/finished-days.ts";
import { readFrom } from "../journal/read-journal.ts";
import { reportOf } from "../report/report.ts";
import { reportCsv, reportText } from "../report/report-text.ts";
import { readSettings } from "../settings/settings.ts";

const MOST_DAYS = 400;
const DEFAULT_SINCE = "30d";

const HELP = `Usage: hookline report [--since TIME] [--json | --csv]

What the jobs that ended here came to, by pool and repository: how many, how many failed, their minutes, how long they
waited from their creation to their start, and what the same minutes would have cost at GitHub. It reads the daily counts
of the agent's journal, which are kept for ${MOST_DAYS} days in UTC; the agent may be running. Waits are counted up to 1, 2, 5, 10
and 30 s, 1, 5, 15 and 60 min, so p50 and p95 are the bound that half of the jobs, or 95 of 100, kept to.

  --since TIME   30d, or a time such as 2026-11-01T00:00:00Z; the whole day counts (default: ${DEFAULT_SINCE})
  --json         print {"ok", "since", "knownSince", "rows": [{"pool", "repository", "jobs", "failed", "cancelled",
                 "minutes", "waitP50Ms", "waitP95Ms", "github": {"atLeastUsd", "atMostUsd"}}], "total": {…},
                 "comparedWith", "prices"};
                 a wait of more than an hour is null
  --csv          print a line a pool and repository, for spreadsheets
  --help         print this

The price is that of GitHub's smallest Linux runner of the pool's architecture with as many cores as the job's runner was
limited to, and of its standard one where nothing limited it, since ${GITHUB_PRICES.since}; memory is not compared. Jobs that ended
before the agent noted this count as x64 without a limit. Standard runners cost public repositories nothing, and plans
include minutes of them.

Exit code: 0 printed, 1 there is no journal that can be read, 2 wrong usage.
`;

const schemaAt = (nowMs: number) =>
  z
    .object({ json: flag, csv: flag, since: z.string().default(DEFAULT_SINCE).pipe(pointInTime(nowMs, MOST_DAYS)) })
    .refine(({ json, csv }) => !(json && csv), { path: ["csv"], error: "goes without --json" });

/** `hookline report [--since TIME] [--json | --csv]`. Gives the exit code. */
export function runReport(args: readonly string[], io: CommandIo): ExitCode {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { since: { type: "string" }, csv: { type: "boolean" } } as const;
    const rules = { command: "hookline report", options, words: [], schema: schemaAt(Date.now()) };
    const { json, csv, since: sinceMs } = readArguments(args, rules);
    const since = new Date(sinceMs).toISOString().slice(0, 10);
    const { days, knownSince } = readFrom(readSettings(io).dataFolder, (_parts, slotsSql) => {
      return { days: finishedDays(slotsSql, since), knownSince: firstFinishedDay(slotsSql) };
    });
    const report = reportOf(days);
    if (json) printJson(io, { ok: true, since, knownSince, ...report, prices: GITHUB_PRICES });
    else io.stdout(csv ? reportCsv(report) : reportText(report, since, knownSince));
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}
