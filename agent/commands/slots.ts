import { messageOf } from "../../shared/errors/message-of.ts";
import * as z from "zod";

import { silentLogger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import { ageText } from "../doctor/check/age-text.ts";
import { factsByJob } from "../journal/job-outcome.ts";
import { readJournal } from "../journal/read-journal.ts";
import { dockerSlots } from "../slots/docker/open-docker.ts";
import { listSlots, type ListedSlot } from "../slots/slot-listing.ts";
import type { ObservedSlot } from "../slots/slot-provider.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { textTable } from "../cli/text-table.ts";

const DEADLINE_MS = 5000;

const HELP = `Usage: hookline slots [--json]

The slots of this agent, oldest first: what its journal in HOOKLINE_DATA has planned, and the containers that Docker
has. It changes neither; the daemon may be running. Where Docker does not answer, the journal speaks alone.

  --json   print {"ok", "slots": [{"slot", "pool", "state", "runner": {"name", "id"}, "job", "ageMs", "container"}],
           "docker": null or why Docker could not be asked}
  --help   print this

States: planned, registered at GitHub, started, online, busy, spent (its job is done), exited; unknown: a container
that the journal has not heard of. A runner has the name of its slot.

Exit code: 0 printed, 1 the journal cannot be read, 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag });

/** `hookline slots [--json]`. Gives the exit code. */
export async function runSlots(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const { json } = readArguments(args, { command: "hookline slots", options: {}, words: [], schema });
    const settings = readSettings(io);
    const { signals, slots: records } = readJournal(settings.dataFolder);
    const { observed, problem } = await askDocker(settings);
    const slots = listSlots(records, observed, [...factsByJob(signals).values()], Date.now());
    if (json) printJson(io, { ok: true, slots, docker: problem });
    else print(slots, problem, io);
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

interface Asked {
  readonly observed: readonly ObservedSlot[] | null;
  readonly problem: string | null;
}

async function askDocker(settings: AgentSettings): Promise<Asked> {
  const provider = dockerSlots(settings, systemClock, silentLogger);
  try {
    return { observed: await provider.list(AbortSignal.timeout(DEADLINE_MS)), problem: null };
  } catch (error) {
    return { observed: null, problem: messageOf(error) };
  }
}

function print(slots: readonly ListedSlot[], problem: string | null, io: CommandIo): void {
  if (problem !== null) io.stderr(`Docker could not be asked, the journal speaks alone: ${problem}\n`);
  const columns = [
    ["pool", 10],
    ["state", 10],
    ["job", 12],
    ["age", 6],
    ["slot", 42],
  ] as const;
  const rows = slots.map(({ slot, pool, state, job, ageMs }) => [
    pool,
    state,
    String(job ?? "-"),
    ageText(ageMs),
    slot,
  ]);
  io.stdout(slots.length === 0 ? "No slots.\n" : textTable(columns, rows));
}
