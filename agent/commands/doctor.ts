import { parseArgs } from "node:util";

import { ConfigError, describeProblem, type ConfigProblem } from "../../shared/config/config-error.ts";
import type { Fleet } from "../../shared/config/pool.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import type { Freshness } from "../../shared/mailbox/freshness.ts";
import { systemClock } from "../clock/system-clock.ts";
import { readPoolsFile } from "../config/pools-file.ts";
import { requireEdge } from "../config/require-settings.ts";
import { readSettings, type AgentSettings } from "../config/settings.ts";
import { askFreshness } from "../doctor/ask-freshness.ts";
import { runCheck, type Check, type CheckResult } from "../doctor/check.ts";
import { dockerChecks } from "../doctor/docker-checks.ts";
import { edgeChecks } from "../doctor/edge-checks.ts";
import { githubChecks } from "../doctor/github-checks.ts";
import { describeCheck, doctorReport } from "../doctor/report.ts";
import { DockerClient } from "../docker/docker-client.ts";
import { parseDockerHost } from "../docker/docker-host.ts";
import { githubOf } from "../github/github-of-settings.ts";
import { latencyOf } from "../journal/latency.ts";
import { readTimelines } from "../journal/read-timelines.ts";
import { EXIT, printFailure, printJson, type CommandIo, type ExitCode } from "./io.ts";

const HELP = `Usage: hookline doctor [--json]

Asks every link of the chain whether a job that is queued now would get a runner: the configuration, the edge and its
freshness, GitHub, Docker. It writes to none of them. (pnpm doctor is a command of pnpm's own: from a checkout it is
pnpm run doctor, or pnpm hookline doctor.)

  --json   print {"ok", "checks", "freshness", "latency"}
  --help   print this

Exit code: 0 nothing failed, 1 a check failed, 2 wrong usage or configuration.
`;

const LATENCY_JOBS = 100;

/** `hookline doctor [--json]`. Gives the exit code. */
export async function runDoctor(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const json = args.includes("--json");
  try {
    const options = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.help === true) {
      io.stdout(HELP);
      return EXIT.fine;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    printFailure(io, json, { code: "usage", message, remedy: "See hookline doctor --help" });
    return EXIT.usage;
  }
  return examine(json, io);
}

async function examine(json: boolean, io: CommandIo): Promise<ExitCode> {
  let settings: AgentSettings;
  try {
    settings = readSettings(io);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    printFailure(io, json, { code: "config-invalid", message: error.message, remedy: "Correct the environment." });
    return EXIT.usage;
  }
  const { fleet, finding } = readFleet(settings, io);
  const ask = askOnce(settings);
  const checks = [finding, ...chainChecks(settings, fleet, ask)];
  const results = await Promise.all(checks.map((check) => runAndShow(check, json, io)));
  const freshness = await ask(AbortSignal.timeout(1)).catch(() => null);
  const report = doctorReport(results, freshness, latencyOf(readTimelines(settings.dataFolder), LATENCY_JOBS));
  if (json) printJson(io, report);
  else io.stdout(`${summaryOf(results)}\n`);
  return report.ok ? EXIT.fine : EXIT.failed;
}

async function runAndShow(check: Check, json: boolean, io: CommandIo): Promise<CheckResult> {
  const result = await runCheck(check, systemClock);
  if (!json) io.stdout(describeCheck(result));
  return result;
}

function readFleet(settings: AgentSettings, io: CommandIo): { fleet: Fleet | null; finding: Check } {
  const file = settings.configFile;
  const line = (problem: ConfigProblem): string => describeProblem(file, problem);
  const check = (finding: Awaited<ReturnType<Check["run"]>>): Check => ({
    id: "config-pools",
    group: "config",
    run: () => Promise.resolve(finding),
  });
  try {
    const { fleet, warnings } = readPoolsFile({ file, cwd: io.cwd, env: io.env });
    const summary = `${file}: ${fleet.pools.length} pool${fleet.pools.length === 1 ? "" : "s"}`;
    if (warnings.length === 0) return { fleet, finding: check({ status: "pass", summary }) };
    return { fleet, finding: check({ status: "warn", summary, detail: warnings.map(line).join("\n      ") }) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const detail = error.problems.map(line).join("\n      ");
    const remedy = "correct the file, then: pnpm hookline config check";
    return { fleet: null, finding: check({ status: "fail", summary: `${file} cannot be used`, detail, remedy }) };
  }
}

function chainChecks(
  settings: AgentSettings,
  fleet: Fleet | null,
  ask: (signal: AbortSignal) => Promise<Freshness>,
): readonly Check[] {
  return [
    ...edgeChecks({ ask, pollIntervalMs: settings.sweepIntervalMs }),
    ...orFailed("github-token", "github", () => githubChecks(githubOf(settings, silentLogger), fleet)),
    ...orFailed("docker-engine", "docker", () => {
      return dockerChecks(new DockerClient(parseDockerHost(settings.dockerHost)), fleet);
    }),
  ];
}

/** What cannot even be built, for lack of a setting, is one failed check. */
function orFailed(id: string, group: Check["group"], make: () => readonly Check[]): readonly Check[] {
  try {
    return make();
  } catch (error) {
    return [{ id, group, run: () => Promise.reject(error) }];
  }
}

/** The edge is asked once; its checks share the answer. */
function askOnce(settings: AgentSettings): (signal: AbortSignal) => Promise<Freshness> {
  let answer: Promise<Freshness> | null = null;
  return (signal) => {
    answer ??= Promise.resolve().then(() => {
      const { url, token } = requireEdge(settings);
      return askFreshness(url, token.reveal(), signal);
    });
    return answer;
  };
}

function summaryOf(results: readonly CheckResult[]): string {
  const count = (status: CheckResult["status"]): number => results.filter((check) => check.status === status).length;
  return `${count("pass")} passed, ${count("warn")} warned, ${count("fail")} failed, ${count("skip")} skipped`;
}
