import * as z from "zod";

import { requireEdge } from "../settings/require-settings.ts";
import { readSettings } from "../settings/settings.ts";
import { askFreshness } from "../edge/ask-freshness.ts";
import { knownRefusals } from "../edge/known-refusals.ts";
import { describeFreshness } from "../doctor/print.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";

const DEADLINE_MS = 10_000;

const HELP = `Usage: hookline edge [--json]

What the edge at HOOKLINE_EDGE_URL says of itself: when the last delivery, signal and acknowledgement came, what waits
for the agent, dead letters, refused signatures, and whether an agent is connected. It judges nothing: hookline doctor
does.

  --json   print {"ok", "freshness": {...}}
  --help   print this

Exit code: 0 the edge answered, 1 it did not, 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag });

/** `hookline edge [--json]`. Gives the exit code. */
export async function runEdge(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const { json } = readArguments(args, { command: "hookline edge", options: {}, words: [], schema });
    const { url, token } = requireEdge(readSettings(io));
    const freshness = await askFreshness(url, token.reveal(), AbortSignal.timeout(DEADLINE_MS));
    if (json) printJson(io, { ok: true, freshness: { ...freshness, rejectedSinceAccepted: knownRefusals(freshness) } });
    else io.stdout(describeFreshness(freshness));
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}
