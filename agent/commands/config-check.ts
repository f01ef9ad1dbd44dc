import { parseArgs } from "node:util";
import { ConfigError, describeProblem } from "../../shared/fleet/config-error.ts";
import type { ConfigProblem } from "../../shared/fleet/config-error.ts";
import type { LoadedFleet } from "../../shared/fleet/load-fleet.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { SETTINGS } from "../settings/settings-table.ts";
import { describeNamedEngine } from "./describe-named-engine.ts";
import { describePool } from "./describe-pool.ts";
import { EXIT, printFailure, printJson } from "../cli/io.ts";
import type { CommandIo, ExitCode } from "../cli/io.ts";
import { countText } from "../../shared/text/count-text.ts";

const HELP = `Usage: hookline config check [FILE] [--json]

Reads the pools file and prints its pools as Hookline understands them, what may surprise, and what is wrong.
FILE is HOOKLINE_CONFIG, or else ${SETTINGS.HOOKLINE_CONFIG.fallback}, where it is left out.

  --json   print {"ok", "pools", "engines", "warnings", "errors"}
  --help   print this

Exit code: 0 the file can be used, 2 it cannot, or the command was called wrongly.
`;

/** `hookline config check [FILE] [--json]`; `args` are the words after `check`. Gives the exit code. */
export function runConfigCheck(args: readonly string[], io: CommandIo): ExitCode {
  const usage = parseUsage(args);
  if ("wrong" in usage) {
    printFailure(io, args.includes("--json"), {
      code: "usage",
      message: usage.wrong,
      remedy: "See hookline config check --help",
    });
    return EXIT.usage;
  }
  if (usage.help) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  return check(usage.file ?? defaultFile(io), usage.json, io);
}

interface Usage {
  readonly help: boolean;
  readonly json: boolean;
  readonly file: string | undefined;
}

function parseUsage(args: readonly string[]): Usage | { readonly wrong: string } {
  try {
    const options = {
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 1) return { wrong: `config check takes one file, not ${positionals.length}` };
    return { help: values.help, json: values.json, file: positionals[0] };
  } catch (error) {
    return { wrong: error instanceof Error ? firstSentence(error.message) : "the arguments cannot be understood" };
  }
}

/** The parser's second sentence is advice that leads astray here. */
function firstSentence(text: string): string {
  return text.split(". ")[0] ?? text;
}

function defaultFile({ env }: CommandIo): string {
  const named = env["HOOKLINE_CONFIG"] ?? "";
  return named === "" ? SETTINGS.HOOKLINE_CONFIG.fallback : named;
}

function check(file: string, json: boolean, io: CommandIo): ExitCode {
  try {
    const loaded = readPoolsFile({ file, cwd: io.cwd, env: io.env });
    if (json) {
      const { pools, engines = [] } = loaded.fleet;
      printJson(io, { ok: true, pools, engines, warnings: loaded.warnings, errors: [] });
    }
    if (!json) printLoaded(file, loaded, io);
    return EXIT.fine;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refuse(file, error.problems, json, io);
    return EXIT.usage;
  }
}

function printLoaded(file: string, { fleet, warnings }: LoadedFleet, io: CommandIo): void {
  const count = fleet.pools.length;
  const bound = fleet.maxSlots === undefined ? "" : `, at most ${countText(fleet.maxSlots, "slot")} in all`;
  io.stdout(`${file}: version ${fleet.version}, ${countText(count, "pool")}${bound}\n\n`);
  const engines = fleet.engines ?? [];
  if (engines.length > 0) io.stdout(`${engines.map(describeNamedEngine).join("")}\n`);
  io.stdout(fleet.pools.map(describePool).join("\n"));
  for (const warning of warnings) io.stderr(`warning: ${describeProblem(file, warning)}\n`);
}

function refuse(file: string, errors: readonly ConfigProblem[], json: boolean, io: CommandIo): void {
  for (const problem of errors) io.stderr(`error: ${describeProblem(file, problem)}\n`);
  const count = countText(errors.length, "problem");
  const message = `${file} cannot be used: ${count}.`;
  const failure = { code: "config-invalid", message, remedy: "Correct the file and check again." };
  printFailure(io, json, failure, { pools: [], warnings: [], errors });
}
