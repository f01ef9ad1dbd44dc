import { VERSION } from "../shared/version.ts";
import { runAgent } from "./commands/agent.ts";
import { runConfigCheck } from "./commands/config-check.ts";
import { runDoctor } from "./commands/doctor.ts";
import { runInit } from "./commands/init.ts";
import { EXIT, printFailure, type CommandIo, type ExitCode } from "./commands/io.ts";

const HELP = `Usage: hookline <command> [options]

  init           from nothing to a deployed edge: secrets, Worker, webhook, files, first probe
  agent          the daemon: link, sweeps, runner containers
  doctor         ask every link of the chain whether a job queued now would get a runner
  config check   validate the pools file and print what it means
  version        print the version

Each command has --help.
`;

/** Runs one command line; `stop` ends a command that would otherwise go on. Gives the exit code. */
export async function runCli(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  const [command, ...rest] = args;
  switch (command) {
    case "agent":
      return runAgent(rest, io, stop);
    case "init":
      return runInit(rest, io, stop);
    case "doctor":
      return runDoctor(rest, io);
    case "config":
      if (rest[0] === "check") return runConfigCheck(rest.slice(1), io);
      return refuse(io, `hookline config ${rest[0] ?? ""}`.trim());
    case "version":
    case "--version":
      io.stdout(`${VERSION}\n`);
      return EXIT.fine;
    case "help":
    case "--help":
    case "-h":
      io.stdout(HELP);
      return EXIT.fine;
    default:
      return refuse(io, command === undefined ? null : `hookline ${command}`);
  }
}

function refuse(io: CommandIo, given: string | null): ExitCode {
  const message = given === null ? "No command was given." : `There is no command ${given}.`;
  printFailure(io, false, { code: "usage", message, remedy: "See hookline --help" });
  return EXIT.usage;
}
