import { parseArgs } from "node:util";

import { ConfigError } from "../../shared/fleet/config-error.ts";
import { LOCAL_ENGINE } from "../../shared/fleet/engine.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import {
  describeProvision,
  describeRetire,
  describeVerify,
  describeWait,
} from "../../shared/controller/describe-reason.ts";
import type { HouseWord } from "../../shared/controller/events.ts";
import type { Action } from "../../shared/controller/plan.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { LiveSecrets } from "../settings/live-secrets.ts";
import { HOST_ARCHITECTURE } from "../settings/configured-pools.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import type { AgentReport } from "../../shared/link/report.ts";
import { buildAgent } from "../daemon/build-agent.ts";
import { knownHolds, type KnownHolds } from "../daemon/known-holds.ts";
import { dryRun, type DryRun } from "../daemon/dry-run.ts";
import { machineFacts } from "../house/machine-facts.ts";
import { engineSlots } from "../slots/open/open-engines.ts";
import { githubOf } from "../github/open-github.ts";
import { processLogger } from "../log/process-logger.ts";
import { failWith } from "../cli/failure.ts";
import { keepInstance } from "../daemon/keep-instance.ts";
import { EXIT, printFailure, printJson, remedyHere, type CommandIo, type ExitCode } from "../cli/io.ts";
import { countText } from "../../shared/text/count-text.ts";

const HELP = `Usage: hookline scale [--once] [--dry-run] [--pool KEY] [--json]

The polling path by itself, without the link to the edge: one sweep of GitHub's REST API, one plan, and the plan carried
out. It works on the same journal, runners and containers as hookline agent, so it takes over what an agent left, and
refuses to run beside one. Without --once it sweeps on until it is stopped.

  --once       end after one sweep, once the slots that it started are up
  --dry-run    print what would be done and do nothing; it may run beside an agent. Drained pools are known from the
               journal, pauses after failures from the agent that runs, what holdWhile heeds from the machine itself
  --pool KEY   tend this pool alone
  --json       print the result as JSON
  --help       print this
`;

/** `hookline scale`: gives the exit code; 1 if the sweep could not read everything. */
export async function runScale(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  let json = false;
  try {
    const options = { help: { type: "boolean", short: "h" }, json: { type: "boolean" } } as const;
    const own = { once: { type: "boolean" }, "dry-run": { type: "boolean" }, pool: { type: "string" } } as const;
    const { values } = parseArgs({ args: [...args], options: { ...options, ...own } });
    json = values.json === true;
    if (values.help === true) {
      io.stdout(HELP);
      return EXIT.fine;
    }
    const read = readSettings(io);
    const settings = values["dry-run"] === true ? read : keepInstance(read, Math.random);
    const { fleet } = readPoolsFile({ file: settings.configFile, cwd: io.cwd, env: io.env });
    const onlyPool = values.pool ?? null;
    requirePool(fleet, onlyPool);
    const log = processLogger(settings.logLevel, { stream: process.stderr, call: settings.call });
    if (values["dry-run"] === true) return await lookOnly({ settings, fleet, onlyPool, log, stop, io, json });
    return await scale({ settings, fleet, onlyPool, log, stop, io, json }, values.once === true);
  } catch (error) {
    return failWith(error, json, io);
  }
}

interface Run {
  readonly settings: AgentSettings;
  readonly fleet: Fleet;
  readonly onlyPool: string | null;
  readonly log: Logger;
  readonly stop: AbortSignal;
  readonly io: CommandIo;
  readonly json: boolean;
}

async function lookOnly({ settings, fleet, onlyPool, log, stop, io, json }: Run): Promise<ExitCode> {
  const { instance } = settings;
  const provider = await engineSlots(settings, fleet, systemClock, log);
  const github = githubOf(settings, log);
  const holds = await knownHolds(settings.dataFolder);
  const seen = await dryRun({
    holds,
    instance,
    fleet,
    architecture: HOST_ARCHITECTURE,
    github,
    provider,
    facts: machineFacts(),
    onlyPool,
    clock: systemClock,
    log,
    signal: stop,
  });
  const { complete, items } = seen.sweep.jobs;
  const failures = seen.sweep.failures.map(({ what, message, remedy }) => ({ what, message, remedy }));
  const { drained, pauses, operatorPause, unknown } = holds;
  const held = { drained, pauses, operatorPause, unknown };
  if (json)
    printJson(io, {
      ok: failures.length === 0,
      dryRun: true,
      complete,
      failures,
      ...held,
      silentEngines: seen.silent.map(({ engine }) => engine),
      house: Object.fromEntries(seen.house),
      actions: seen.actions,
    });
  else io.stdout(describeDryRun(seen, holds, items.length, io));
  return failures.length === 0 ? EXIT.fine : EXIT.failed;
}

async function scale(run: Run, once: boolean): Promise<ExitCode> {
  const { settings, fleet, onlyPool, log, stop, io, json } = run;
  const secrets = new LiveSecrets({ settings, source: io, clock: systemClock, log });
  const provider = await engineSlots(settings, fleet, systemClock, log, secrets);
  const { agent, close, lastSweep } = buildAgent({
    settings,
    fleet,
    secrets,
    provider,
    log,
    link: false,
    onlyPool,
  });
  const started = agent.start();
  try {
    const swept = agent.waitFor(({ lastSweepAt }) => once && lastSweepAt !== null, stop).then(() => agent.whenUp());
    // A start that fails ends the wait; so does the stop, which is no failure.
    await Promise.race([swept, started.then(() => swept)]).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
    const failures = lastSweep()?.failures ?? 0;
    print(io, json, agent.state(), failures);
    return failures === 0 ? EXIT.fine : EXIT.failed;
  } finally {
    await agent.stop();
    await Promise.allSettled([started]);
    close();
  }
}

function print(io: CommandIo, json: boolean, state: AgentReport, failures: number): void {
  const { slots, busy, demand } = state;
  if (json) return printJson(io, { ok: failures === 0, slots, busy, demand, failures });
  io.stdout(`${countText(slots, "slot")}, ${busy} of them busy; ${countText(demand, "job waits", "jobs wait")}\n`);
  if (failures === 0) return;
  printFailure(io, false, {
    code: "sweep-incomplete",
    message: `${failures} readings of the sweep failed; the log above names them.`,
    remedy: "Run hookline doctor to see what GitHub refuses.",
  });
}

function requirePool(fleet: Fleet, key: string | null): void {
  if (key === null || fleet.pools.some((pool) => pool.key === key)) return;
  const known = fleet.pools.map((pool) => pool.key).join(", ");
  throw new ConfigError("--pool", [{ path: "", message: `there is no pool ${key}; the pools file has ${known}` }]);
}

function describeDryRun(
  { slots, silent, house, actions, sweep }: DryRun,
  holds: KnownHolds,
  jobs: number,
  io: CommandIo,
): string {
  const lines = [
    `${countText(slots.length, "container")}, ${countText(jobs, "job")} in active runs`,
    ...silent.map(({ engine, message }) => `engine ${engine} does not answer, nothing is started there: ${message}`),
    ...sweep.failures.map(({ what, message, remedy }) => `not read: ${what}: ${message} ${remedyHere(remedy, io)}`),
    ...describeHolds(holds, io),
    ...[...house].flatMap(([pool, word]) => describeHouse(pool, word)),
    ...(actions.length === 0 ? ["nothing to do"] : actions.map(describeAction)),
  ];
  return `${lines.join("\n")}\n`;
}

function describeHolds({ drained, pauses, operatorPause, unknown }: KnownHolds, io: CommandIo): readonly string[] {
  return [
    ...(operatorPause === null ? [] : [describeWait({ code: "operator-pause", ...operatorPause })]),
    ...drained.map((pool) =>
      remedyHere(`pool ${pool} is drained: nothing is started in it until hookline drain ${pool} --undo`, io),
    ),
    ...pauses.map(({ place, untilMs, code, failures }) => {
      const until = new Date(untilMs).toISOString();
      return `${place} starts nothing until ${until}: ${code}, ${failures === 1 ? "once" : `${failures} times in a row`}`;
    }),
    ...unknown,
  ];
}

function describeHouse(pool: string, { holds, unseen }: HouseWord): readonly string[] {
  return [
    ...(holds.length === 0 ? [] : [describeWait({ code: "house", pool, why: [...holds] })]),
    ...unseen.map((what) => `${pool} cannot hold back for what is not seen: ${what}`),
  ];
}

function onEngine(engine: string): string {
  return engine === LOCAL_ENGINE ? "" : ` on ${engine}`;
}

function describeAction(action: Action): string {
  switch (action.type) {
    case "provision":
      return `would start a slot of pool ${action.pool}${withSize(action.sizeLabels)}${onEngine(action.engine)} for ${action.scope}: ${describeProvision(action.reason)}`;
    case "retire":
      return `would retire slot ${action.slot}: ${describeRetire(action.reason)}`;
    case "deregister":
      return `would deregister runner ${action.ghost.name}, which no slot belongs to`;
    case "verify":
      return `would sweep again: ${describeVerify(action.reason)}`;
  }
}

function withSize(sizeLabels: readonly string[]): string {
  return sizeLabels.length === 0 ? "" : ` with ${sizeLabels.join(", ")}`;
}
