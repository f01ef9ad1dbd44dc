import { messageOf } from "../../shared/errors/message-of.ts";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import * as z from "zod";

import type { HouseWord } from "../../shared/controller/events.ts";
import type { OperatorPause } from "../../shared/controller/operator-pause.ts";
import { fillIn } from "../../shared/fleet/fill-in.ts";
import { listedIn } from "../explain/listed-repository.ts";
import { servingPool } from "../../shared/controller/pool-choice.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { HOST_ARCHITECTURE } from "../settings/configured-pools.ts";
import { readSettings } from "../settings/settings.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { routesOfFleet } from "../../shared/fleet/routes-of-fleet.ts";
import { explainDelivery, type Explanation } from "../explain/explain-delivery.ts";
import { readKeptHolds } from "../journal/read-kept-holds.ts";
import { judgeHouse } from "../house/judge-house.ts";
import { machineFacts } from "../house/machine-facts.ts";
import { isOnLocalEngine } from "../../shared/fleet/local-pools.ts";
import { ownPrefix } from "../slots/slot-name.ts";
import { asksForHelp, flag, needed, readArguments } from "../cli/arguments.ts";
import { failWith, UsageError } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";

const HELP = `Usage: hookline explain PAYLOAD.json [--event NAME] [--json]

What would happen for this delivery, and why: the signal that is kept of it, each pool that is tried, the decision.
It uses the configuration, the operator's pause, the load of this machine where a pool heeds it, and the controller's
own code, asks nobody and changes nothing: slots, other jobs and containers are left out, and the clock stands at the
time in the payload. PAYLOAD.json is the body as GitHub's delivery log shows it; - reads it from standard input.

  --event NAME   the delivery's X-GitHub-Event (default: what the body looks like)
  --json         print {"signal", "ignored", "pools": [{"key", "serves", "reason"}],
                 "decision": {"pool", "action", "reason"}}
  --help         print this

Actions: provision a slot, cover by a slot that has it, wait, ignore, retire the job's slot.

Exit code: 0 explained, 2 wrong usage, no readable payload, or configuration.
`;

const schema = z.object({
  json: flag,
  event: z.string().min(1, { error: "takes the name of an event" }).nullable().default(null),
  PAYLOAD: needed("is missing: name the file that holds the delivery's body"),
});

/** `hookline explain PAYLOAD.json [--event NAME] [--json]`. Gives the exit code. */
export function runExplain(args: readonly string[], io: CommandIo): ExitCode {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { event: { type: "string" } } as const;
    const rules = { command: "hookline explain", options, words: ["PAYLOAD"], schema };
    const { json, event, PAYLOAD } = readArguments(args, rules);
    const body = readPayload(PAYLOAD, io);
    const explained = explain(body, event, io);
    if (json) printJson(io, explained);
    else io.stdout(describe(explained));
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

function explain(body: unknown, event: string | null, io: CommandIo): Explanation {
  const settings = readSettings(io);
  const { fleet } = readPoolsFile({ file: settings.configFile, cwd: io.cwd, env: io.env });
  return explainDelivery({
    body,
    event,
    pools: fleet.pools.map((pool) => servingPool(fillIn(pool, listedIn(body)), HOST_ARCHITECTURE)),
    routes: routesOfFleet(fleet),
    ownPrefix: ownPrefix(settings.instance),
    pause: pauseOf(settings.dataFolder),
    house: houseOf(fleet),
    nowMs: Date.now(),
  });
}

/** As far as it is seen without asking an engine. */
function houseOf({ pools }: Fleet): ReadonlyMap<string, HouseWord> {
  const facts = machineFacts();
  const words = pools
    .filter(isOnLocalEngine)
    .flatMap(({ key, holdWhile }) =>
      holdWhile === undefined ? [] : [[key, judgeHouse(holdWhile, facts, null)] as const],
    );
  return new Map(words);
}

/** None where the journal cannot be read: then this command knows as much as without one. */
function pauseOf(dataFolder: string): OperatorPause | null {
  try {
    return readKeptHolds(dataFolder, Date.now()).operatorPause;
  } catch {
    return null;
  }
}

/** Read as the receiver reads it: a byte order mark is dropped. */
function readPayload(file: string, io: CommandIo): unknown {
  const name = file === "-" ? "standard input" : file;
  const remedy = "Save the payload of a delivery as GitHub's delivery log shows it.";
  const bytes = attempt(() => readFileSync(file === "-" ? 0 : resolve(io.cwd, file)), `${name} cannot be read`, remedy);
  return attempt(() => JSON.parse(new TextDecoder().decode(bytes)) as unknown, `${name} is no JSON`, remedy);
}

function attempt<T>(work: () => T, what: string, remedy: string): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(`${what}: ${messageOf(error)}.`, remedy);
  }
}

function describe({ signal, ignored, pools, decision }: Explanation): string {
  const head =
    signal === null
      ? "signal    none\n"
      : `signal    ${signal.action}, ${signal.status}: job ${signal.jobId} of ${signal.repository}\n` +
        `          labels ${signal.labels.length === 0 ? "none" : signal.labels.join(", ")}\n`;
  const why = ignored === null ? "" : `ignored   ${ignored}\n`;
  const tried = pools.map(({ key, serves, reason }) => `pool ${key}: ${serves ? "serves it" : "no"}; ${reason}\n`);
  const where = decision.pool === null ? "" : ` in ${decision.pool}`;
  return `${head}${why}${tried.join("")}decision  ${decision.action}${where}: ${decision.reason}\n`;
}
