import { messageOf } from "../../shared/errors/message-of.ts";
import type { Clock, Random } from "../../shared/clock/clock.ts";
import { ConfigError } from "../../shared/fleet/config-error.ts";
import type { Freshness } from "../../shared/mailbox/freshness.ts";
import { systemClock } from "../clock/system-clock.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import { readDoctorArguments, type DoctorArguments } from "../doctor/arguments.ts";
import { buildDoctor } from "../doctor/build-checks.ts";
import { runCheck, type CheckAnswer, type Check, type CheckResult } from "../doctor/check/check.ts";
import { isSettled, settle } from "../doctor/check/settle.ts";
import { describeCheck, describeFreshness, describeLatency, describeSummary } from "../doctor/print.ts";
import { probeChecks, type ProbeLegs } from "../doctor/probe/probe.ts";
import { Progress } from "../doctor/progress.ts";
import { doctorReport, type DoctorReport } from "../doctor/report.ts";
import { latencyOf } from "../journal/latency.ts";
import { readTimelines } from "../journal/read-timelines.ts";
import { EXIT, printFailure, printJson, remedyHere, type CommandIo, type ExitCode } from "../cli/io.ts";

const HELP = `Usage: hookline doctor [--only GROUP] [--probe] [--deep] [--strict] [--json]

Checks each link of the chain for whether a job queued now would get a runner, and says what to type if not.
The links are checked side by side. On a terminal each result is printed as it arrives, elsewhere in their order.
Nothing is written, except that one container for each pool is created and removed again; it is started, with nothing
to do, only where the pool asks for devices, a runtime, a user, limits or certificates, which engines look at no earlier.
(pnpm doctor is a command of pnpm's own: from a checkout it is pnpm run doctor, or pnpm hookline doctor.)

  --only GROUP   edge, github, docker or agent alone; may be given several times
  --probe        send one event through the whole chain and time each leg: a ping by GitHub's hook, and a signed
                 delivery that starts nothing, for which GITHUB_WEBHOOK_SECRET has to be set
  --deep         also start a container of each pool on its network, two at a time, which asks for GitHub's hosts from
                 inside, and containers that try what a job can reach at home: the router, this machine's own ports
  --strict       exit 1 on a warning too
  --json         print {"ok", "checks", "freshness", "latency"}
  --help         print this

Exit code: 0 nothing failed, 1 a check failed, 2 wrong usage or configuration.
`;

const LATENCY_JOBS = 100;

/** Time and chance of a run; the machine's own where they are left out. */
export interface DoctorRuntime {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** `hookline doctor`. Gives the exit code. */
export async function runDoctor(
  args: readonly string[],
  io: CommandIo,
  runtime: DoctorRuntime = {},
): Promise<ExitCode> {
  let given: DoctorArguments;
  try {
    given = readDoctorArguments(args);
  } catch (error) {
    const message = messageOf(error);
    printFailure(io, args.includes("--json"), { code: "usage", message, remedy: "See hookline doctor --help" });
    return EXIT.usage;
  }
  if (given.help) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    return await examine(given, readSettings(io), io, runtime);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const failure = { code: "config-invalid", message: error.message, remedy: "Correct the environment." };
    printFailure(io, given.json, failure);
    return EXIT.usage;
  }
}

async function examine(
  given: DoctorArguments,
  settings: AgentSettings,
  io: CommandIo,
  { clock = systemClock, random = Math.random }: DoctorRuntime,
): Promise<ExitCode> {
  const doctor = buildDoctor({ settings, env: io.env, cwd: io.cwd, clock, random, deep: given.deep });
  try {
    const asked = doctor.checks.filter(({ group }) => given.only.has(group));
    const probe = given.probe ? probeChecks({ ...doctor, settings, clock, random }) : null;
    const show = shower([...asked, ...(probe?.checks ?? [])], given.json, io);
    const answers = await Promise.all(asked.map((check) => runAndShow(check, clock, show)));
    for (const check of probe?.checks ?? []) answers.push(await runAndShow(check, clock, show));
    const results = settle(answers);
    show.settled(results);
    const freshness = given.only.has("edge") ? await doctor.edge.freshness().catch(() => null) : null;
    const report = reportOf(freshness, settings, results, probe?.legs());
    if (given.json) printJson(io, report);
    else io.stdout(closingText(freshness, report));
    const isFine = report.ok && !(given.strict && results.some(({ status }) => status === "warn"));
    return isFine ? EXIT.fine : EXIT.failed;
  } finally {
    doctor.close();
  }
}

interface Show {
  readonly answered: (answer: CheckAnswer) => void;
  readonly settled: (results: readonly CheckResult[]) => void;
}

/** A person who watches sees each answer when it comes, and last what hangs on others; a file has them in order. */
function shower(checks: readonly Check[], json: boolean, io: CommandIo): Show {
  if (json) return { answered: () => undefined, settled: () => undefined };
  const colour = io.isTerminal && (io.env["NO_COLOR"] ?? "") === "";
  const progress = new Progress(
    checks.map(({ id }) => id),
    io.isTerminal,
    io.stdout,
  );
  const shown = new Set<string>();
  return {
    answered: (answer) => {
      if (!io.isTerminal || !isSettled(answer)) return progress.finished(answer.id, "");
      shown.add(answer.id);
      progress.finished(answer.id, describeCheck(placed(answer, io), colour));
    },
    settled: (results) => {
      for (const result of results) if (!shown.has(result.id)) io.stdout(describeCheck(placed(result, io), colour));
    },
  };
}

/** With its remedy as it is typed here. */
function placed(result: CheckResult, io: CommandIo): CheckResult {
  return result.remedy === undefined ? result : { ...result, remedy: remedyHere(result.remedy, io) };
}

async function runAndShow(check: Check, clock: Clock, show: Show): Promise<CheckAnswer> {
  const answer = await runCheck(check, clock);
  show.answered(answer);
  return answer;
}

function reportOf(
  freshness: Freshness | null,
  { dataFolder }: AgentSettings,
  checks: readonly CheckResult[],
  probe: ProbeLegs | undefined,
): DoctorReport {
  const latency = latencyOf(readTimelines(dataFolder, LATENCY_JOBS), LATENCY_JOBS);
  return doctorReport({ checks, freshness, latency, ...(probe === undefined ? {} : { probe }) });
}

function closingText(freshness: Freshness | null, { checks, latency }: DoctorReport): string {
  const told = [
    freshness === null ? "" : describeFreshness(freshness),
    describeLatency(latency),
    describeSummary(checks),
  ];
  return `\n${told.filter((text) => text !== "").join("\n")}`;
}
