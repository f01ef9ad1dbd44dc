import { nearest } from "../../shared/fleet/nearest.ts";
import { VERSION } from "../../shared/version.ts";
import { EXIT, printFailure, type CommandIo, type ExitCode } from "../cli/io.ts";

/** Runs one command on the words behind its name. */
type Run = (args: readonly string[], io: CommandIo, stop: AbortSignal) => Promise<ExitCode> | ExitCode;

interface Command {
  /** One line of the help. */
  readonly does: string;
  /** Loads the command's code, which no other command waits for or keeps in memory. */
  readonly load: () => Promise<Run>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  init: {
    does: "from nothing to a deployed edge: secrets, Worker, webhook, files, first probe",
    load: async () => {
      const { runInit } = await import("./init.ts");
      return (args, io, stop) => runInit(args, io, stop);
    },
  },
  agent: {
    does: "the daemon: link, sweeps, runner containers",
    load: async () => (await import("./agent.ts")).runAgent,
  },
  "autoscale-webhook": {
    does: "edge and daemon in one process, behind a reverse proxy of your own",
    load: async () => (await import("./autoscale-webhook.ts")).runAutoscaleWebhook,
  },
  doctor: {
    does: "check each link of the chain: would a job queued now get a runner?",
    load: async () => {
      const { runDoctor } = await import("./doctor.ts");
      return (args, io) => runDoctor(args, io);
    },
  },
  scale: {
    does: "sweep once, plan, and carry the plan out, without the link; --dry-run only prints it",
    load: async () => (await import("./scale.ts")).runScale,
  },
  "config check": {
    does: "validate the pools file and print what it means",
    load: async () => (await import("./config-check.ts")).runConfigCheck,
  },
  healthcheck: {
    does: "whether the daemon on this machine is alive; for Docker's HEALTHCHECK",
    load: async () => {
      const { runHealthcheck } = await import("./healthcheck.ts");
      return (args, io) => runHealthcheck(args, io);
    },
  },
  status: {
    does: "what the daemon believes: fleet, link, sweeps, pools, jobs",
    load: async () => (await import("./status.ts")).runStatus,
  },
  jobs: {
    does: "the open jobs, and why each one waits; --watch goes on",
    load: async () => (await import("./jobs.ts")).runJobs,
  },
  why: {
    does: "why a job waits and what would change it, or what became of it",
    load: async () => (await import("./why.ts")).runWhy,
  },
  edge: {
    does: "how fresh the edge is: last delivery, what waits, dead letters",
    load: async () => (await import("./edge.ts")).runEdge,
  },
  explain: {
    does: "what would happen for a delivery, and why",
    load: async () => (await import("./explain.ts")).runExplain,
  },
  "send-sample": {
    does: "sign a delivery, send it to the edge, and say what became of it",
    load: async () => (await import("./send-sample.ts")).runSendSample,
  },
  slots: { does: "the runner slots", load: async () => (await import("./slots.ts")).runSlots },
  report: {
    does: "jobs, minutes, waits and failures by pool and repository; --since 30d",
    load: async () => (await import("./report.ts")).runReport,
  },
  bench: {
    does: "how fast this machine starts containers: ten of a pool's image, without GitHub",
    load: async () => (await import("./bench.ts")).runBench,
  },
  deliveries: {
    does: "the newest signals, and what became of their jobs",
    load: async () => (await import("./deliveries.ts")).runDeliveries,
  },
  dead: {
    does: "signals that were set aside; dead requeue SEQ puts one back",
    load: async () => (await import("./dead.ts")).runDead,
  },
  replay: {
    does: "have signals sent again, and GitHub's delivery log read again, --since a time",
    load: async () => (await import("./replay.ts")).runReplay,
  },
  drain: {
    does: "start nothing new in a pool, and wait until it is empty",
    load: async () => (await import("./drain.ts")).runDrain,
  },
  retire: {
    does: "have one slot go, once it is idle or after its job; --force stops it now",
    load: async () => (await import("./retire.ts")).runRetire,
  },
  caches: {
    does: "the pools' cache volumes and their sizes; caches prune empties them",
    load: async () => (await import("./caches.ts")).runCaches,
  },
  pause: {
    does: "start no slot in any pool, --for 2h or until resume; signals are kept",
    load: async () => (await import("./pause.ts")).runPause,
  },
  resume: {
    does: "end the pause",
    load: async () => (await import("./resume.ts")).runResume,
  },
  reload: {
    does: "have the daemon read its pools file now",
    load: async () => (await import("./reload.ts")).runReload,
  },
  notify: {
    does: "notify test sends a notice to each receiver",
    load: async () => (await import("./notify.ts")).runNotify,
  },
  version: { does: "print the version", load: async () => printVersion },
};

const NAME_WIDTH = 15;

/** Runs one command line; `stop` ends a command that would otherwise go on. Gives the exit code. */
export async function runCli(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  const [first, second] = args;
  if (first === undefined) return refuse(io, null);
  if (["help", "--help", "-h"].includes(first)) {
    io.stdout(help());
    return EXIT.fine;
  }
  if (first === "--version") return printVersion([], io);
  const pair = `${first} ${second ?? ""}`.trim();
  const name = [pair, first].find((each) => Object.hasOwn(COMMANDS, each));
  const command = name === undefined ? undefined : COMMANDS[name];
  if (name === undefined || command === undefined) return refuse(io, isHalf(first) ? pair : first);
  const run = await command.load();
  return run(args.slice(name.split(" ").length), io, stop);
}

function printVersion(_args: readonly string[], io: CommandIo): ExitCode {
  io.stdout(`${VERSION}\n`);
  return EXIT.fine;
}

function help(): string {
  const lines = Object.entries(COMMANDS).map(([name, { does }]) => {
    const start = name.length < NAME_WIDTH ? name.padEnd(NAME_WIDTH) : `${name}\n  ${" ".repeat(NAME_WIDTH)}`;
    return `  ${start}${does}\n`;
  });
  return `Usage: hookline <command> [options]\n\n${lines.join("")}\nEach command has --help.\n`;
}

/** Whether a command of two words begins so. */
function isHalf(word: string): boolean {
  return Object.keys(COMMANDS).some((name) => name.startsWith(`${word} `));
}

function refuse(io: CommandIo, given: string | null): ExitCode {
  const message = given === null ? "No command was given." : `There is no command hookline ${given}.`;
  const meant = given === null ? null : nearest(given, Object.keys(COMMANDS));
  const remedy = meant === null ? "See hookline --help" : `Did you mean hookline ${meant}? See hookline --help`;
  printFailure(io, false, { code: "usage", message, remedy });
  return EXIT.usage;
}
