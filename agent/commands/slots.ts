import { messageOf } from "../../shared/errors/message-of.ts";
import * as z from "zod";

import { ConfigError } from "../../shared/fleet/config-error.ts";
import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import { printable } from "../../shared/text/printable.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import { ageText } from "../../shared/text/age-text.ts";
import { factsByJob } from "../journal/job-outcome.ts";
import { readFrom, readJournal } from "../journal/read-journal.ts";
import { engineSlots } from "../slots/open/open-engines.ts";
import { enginesBehind } from "../slots/slot-engines.ts";
import { listSlots, type ListedSlot, type ObservedOn } from "../slots/slot-listing.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { textTable } from "../cli/text-table.ts";

const DEADLINE_MS = 5000;

const HELP = `Usage: hookline slots [--tail SLOT] [--json]

The slots of this agent, oldest first: what its journal in HOOKLINE_DATA has planned, and the containers that Docker
has. It changes neither; the daemon may be running. Where Docker does not answer, the journal speaks alone.

  --tail SLOT   the last words of one slot that ended with an error, from the journal, which keeps them for a week
  --json        print {"ok", "slots": [{"slot", "pool", "engine", "state", "runner": {"name", "id"}, "job", "ageMs",
                "container"}], "docker": null or why Docker could not be asked}; with --tail
                {"ok", "slot", "exitCode", "tail"}
  --help        print this

States: planned, registered at GitHub, started, online, busy, spent (its job is done), exited; unknown: a container
that the journal has not heard of. A runner has the name of its slot.

Exit code: 0 printed, 1 the journal cannot be read, 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag, tail: z.string().nullable().default(null) });

/** `hookline slots [--json]`. Gives the exit code. */
export async function runSlots(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { tail: { type: "string" } } as const;
    const { json, tail } = readArguments(args, { command: "hookline slots", options, words: [], schema });
    const settings = readSettings(io);
    if (tail !== null) return tellLastWords(settings.dataFolder, tail, json, io);
    const { signals, slots: records } = readJournal(settings.dataFolder);
    const { observed, problem } = await askEngines(await providerOf(settings, io));
    const slots = listSlots(records, observed, [...factsByJob(signals).values()], Date.now());
    if (json) printJson(io, { ok: true, slots, docker: problem });
    else print(slots, problem, io);
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

/** @throws {OperatorError} if the journal has no such slot. */
function tellLastWords(dataFolder: string, slot: string, json: boolean, io: CommandIo): ExitCode {
  const record = readFrom(dataFolder, ({ slots }) => slots.one(slot));
  if (record === null) {
    const remedy = "hookline slots lists those that there are; the journal keeps the last words for a week.";
    throw new OperatorError("unknown-slot", `The journal has no slot ${slot}.`, remedy);
  }
  const { exitCode, tail } = record;
  if (json) printJson(io, { ok: true, slot, exitCode, tail });
  else if (tail === null) io.stdout(`${slot} left no last words: they are kept of slots that end with an error.\n`);
  else io.stdout(`${tail.split("\n").map(printable).join("\n")}\n`);
  return EXIT.fine;
}

/** Without a pools file that can be read there is the local engine alone. */
async function providerOf(settings: AgentSettings, { cwd, env }: CommandIo): Promise<SlotProvider> {
  const open = (fleet: Fleet): Promise<SlotProvider> => engineSlots(settings, fleet, systemClock, silentLogger);
  try {
    return await open(readPoolsFile({ file: settings.configFile, cwd, env }).fleet);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return await open({ version: 2, pools: [] });
  }
}

interface Asked {
  readonly observed: ObservedOn;
  /** Why engines could not be asked; null where all were. */
  readonly problem: string | null;
}

async function askEngines(provider: SlotProvider): Promise<Asked> {
  const engines = enginesBehind(provider);
  const problems: string[] = [];
  const asked = [...engines].map(async ([engine, each]) => {
    try {
      return [engine, await each.list(AbortSignal.timeout(DEADLINE_MS))] as const;
    } catch (error) {
      problems.push(engines.size === 1 ? messageOf(error) : `${engine}: ${messageOf(error)}`);
      return [engine, null] as const;
    }
  });
  const observed = new Map(await Promise.all(asked));
  return { observed, problem: problems.length === 0 ? null : problems.join("; ") };
}

function print(slots: readonly ListedSlot[], problem: string | null, io: CommandIo): void {
  if (problem !== null) io.stderr(`Docker could not be asked, the journal speaks alone: ${problem}\n`);
  const hasEngines = slots.some(({ engine }) => engine !== LOCAL_ENGINE);
  const columns = [
    ["pool", 10],
    ...(hasEngines ? [["engine", 10] as const] : []),
    ["state", 10],
    ["job", 12],
    ["age", 6],
    ["slot", 42],
  ] as const;
  const rows = slots.map(({ slot, pool, engine, state, job, ageMs }) => [
    pool,
    ...(hasEngines ? [engine] : []),
    state,
    String(job ?? "-"),
    ageText(ageMs),
    slot,
  ]);
  io.stdout(slots.length === 0 ? "No slots.\n" : textTable(columns, rows));
}
