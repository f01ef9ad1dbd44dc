import { VERSION } from "../../shared/version.ts";
import { runAgent } from "./agent.ts";
import { runAutoscaleWebhook } from "./autoscale-webhook.ts";
import { runConfigCheck } from "./config-check.ts";
import { runDead } from "./dead.ts";
import { runDeliveries } from "./deliveries.ts";
import { runDoctor } from "./doctor.ts";
import { runReload } from "./reload.ts";
import { runScale } from "./scale.ts";
import { runHealthcheck } from "./healthcheck.ts";
import { runDrain } from "./drain.ts";
import { runExplain } from "./explain.ts";
import { runInit } from "./init.ts";
import { EXIT, printFailure, type CommandIo, type ExitCode } from "../cli/io.ts";
import { runSlots } from "./slots.ts";

const HELP = `Usage: hookline <command> [options]

  init           from nothing to a deployed edge: secrets, Worker, webhook, files, first probe
  agent          the daemon: link, sweeps, runner containers
  autoscale-webhook
                 edge and daemon in one process, behind a reverse proxy of your own
  doctor         check each link of the chain: would a job queued now get a runner?
  scale          sweep once, plan, and carry the plan out, without the link; --dry-run only prints it
  config check   validate the pools file and print what it means
  healthcheck    whether the daemon on this machine is alive; for Docker's HEALTHCHECK
  explain        what would happen for a delivery, and why
  slots          the runner slots
  deliveries     the newest signals, and what became of their jobs
  dead           signals that were set aside; dead requeue SEQ puts one back
  drain          start nothing new in a pool, and wait until it is empty
  reload         have the daemon read its pools file now
  version        print the version

Each command has --help.
`;

/** Runs one command line; `stop` ends a command that would otherwise go on. Gives the exit code. */
export async function runCli(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  const [command, ...rest] = args;
  switch (command) {
    case "agent":
      return runAgent(rest, io, stop);
    case "autoscale-webhook":
      return runAutoscaleWebhook(rest, io, stop);
    case "init":
      return runInit(rest, io, stop);
    case "doctor":
      return runDoctor(rest, io);
    case "scale":
      return runScale(rest, io, stop);
    case "explain":
      return runExplain(rest, io);
    case "slots":
      return runSlots(rest, io);
    case "deliveries":
      return runDeliveries(rest, io);
    case "dead":
      return runDead(rest, io);
    case "drain":
      return runDrain(rest, io, stop);
    case "reload":
      return runReload(rest, io, stop);
    case "config":
      if (rest[0] === "check") return runConfigCheck(rest.slice(1), io);
      return refuse(io, `hookline config ${rest[0] ?? ""}`.trim());
    case "healthcheck":
      return runHealthcheck(rest, io);
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
