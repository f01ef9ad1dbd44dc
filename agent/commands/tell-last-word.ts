import { lastWord } from "../journal/last-word.ts";
import { EXIT, printFailure, type CommandIo, type ExitCode } from "../cli/io.ts";
import { textTable } from "../cli/text-table.ts";
import { ageText } from "../../shared/text/age-text.ts";

/** Prints what the journal of a daemon that is away says, and that it is. @throws {JournalUnreadable} */
export function tellLastWord(dataFolder: string, json: boolean, io: CommandIo): ExitCode {
  const word = lastWord(dataFolder);
  const { jobs, slots, drained, lastSweep } = word;
  const message = `No daemon answers in ${dataFolder}; this is the last word of its journal.`;
  const remedy = "Start hookline agent, or name the folder of the one that runs in HOOKLINE_DATA.";
  printFailure(io, json, { code: "no-daemon", message, remedy }, { source: "journal", journal: word });
  if (json) return EXIT.failed;
  const now = Date.now();
  const swept = lastSweep === null ? "none that it kept" : `${ageText(now - lastSweep.finishedAtMs)} ago`;
  io.stdout(`last sweep  ${swept}\ndrained     ${drained.length === 0 ? "no pool" : drained.join(", ")}\n`);
  const jobRows = jobs.map(({ jobId, repository, phase, phaseAtMs, runnerName }) => [
    String(jobId),
    repository,
    phase,
    ageText(now - phaseAtMs),
    runnerName ?? "-",
  ]);
  const columns = [
    ["job", 15],
    ["repository", 30],
    ["phase", 11],
    ["since", 6],
    ["runner", 63],
  ] as const;
  io.stdout(jobs.length === 0 ? "No open job.\n" : textTable(columns, jobRows));
  const slotRows = slots.map(({ name, pool, plannedAtMs }) => [name, pool, ageText(now - plannedAtMs)]);
  const slotColumns = [
    ["slot", 63],
    ["pool", 24],
    ["age", 6],
  ] as const;
  io.stdout(slots.length === 0 ? "No slot.\n" : textTable(slotColumns, slotRows));
  return EXIT.failed;
}
