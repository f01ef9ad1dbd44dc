import { cpus, totalmem } from "node:os";

import * as z from "zod";

import type { Pool } from "../../shared/fleet/pool.ts";
import { countText } from "../../shared/text/count-text.ts";
import { formatBytes } from "../../shared/fleet/memory-size.ts";
import { nearestRemedy } from "../../shared/fleet/nearest.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith, UsageError } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { textTable } from "../cli/text-table.ts";
import { systemClock } from "../clock/system-clock.ts";
import { askStatus } from "../control/ask-status.ts";
import { DockerClient } from "../docker/docker-client.ts";
import { parseDockerHost } from "../docker/docker-host.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { readSettings } from "../settings/settings.ts";
import { INSTANCE_LABEL } from "../slots/docker/container-labels.ts";
import { containerSpec } from "../slots/docker/container-spec.ts";
import { DO_NOTHING, HelperContainers, type Helper } from "../slots/docker/helper-container.ts";
import { hostFeatures, type HostFeatures } from "../slots/docker/host-features.ts";
import { BENCHED, benchStarts, type BenchedStart } from "../slots/docker/start-bench.ts";

/** Beside the engine's own bound for a call that it does not answer. */
const MOST_MS = 3 * 60_000;

const HELP = `Usage: hookline bench [--pool KEY] [--json]

How fast this machine starts runner containers: ${BENCHED.alone} of the pool's own image and settings one after the other, then
${BENCHED.together} at once, each gone again at once. They run nothing, mount no cache, and GitHub is not asked. It refuses while a job
runs or waits, and ends after three minutes. Of the time from queued to started, this is what the machine takes; the rest
is GitHub's and the line's.

  --pool KEY  the pool; the first of the file where it is left out
  --json      print {"ok", "pool", "image", "network", "machine", "engine", "alone": {"createMs", "startMs"},
              "together": {"containers", "firstMs", "medianMs", "lastMs"}}, medians
  --help      print this

Exit code: 0 measured; 1 a job runs or waits, or Docker fails; 2 wrong usage or configuration.
`;

const schema = z.object({ json: flag, pool: z.string().optional() });

/** `hookline bench`. Gives the exit code. */
export async function runBench(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { pool: { type: "string" } } as const;
    const asked = readArguments(args, { command: "hookline bench", options, words: [], schema });
    const result = await measure(asked.pool ?? null, io, AbortSignal.any([stop, AbortSignal.timeout(MOST_MS)]));
    if (asked.json) printJson(io, { ok: true, ...result });
    else io.stdout(describe(result));
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

async function measure(key: string | null, io: CommandIo, signal: AbortSignal) {
  const { dockerHost, instance, dataFolder, configFile } = readSettings(io);
  const { fleet } = readPoolsFile({ file: configFile, cwd: io.cwd, env: io.env });
  const pool = choose(fleet.pools, key);
  const client = new DockerClient(parseDockerHost(dockerHost));
  try {
    await refuseIfBusy(dataFolder, client, instance, signal);
    const host = hostFeatures(await client.system.info(signal));
    await requireImage(client, pool, signal);
    const helpers = new HelperContainers({ client, instance, random: Math.random, log: silentLogger });
    const helper = helperOf(pool, instance, host);
    return resultOf(pool, host, await benchStarts({ client, helpers, helper, clock: systemClock, signal }));
  } finally {
    client.close();
  }
}

/** @throws {UsageError} */
function choose(pools: readonly Pool[], key: string | null): Pool {
  const found = key === null ? pools[0] : pools.find((pool) => pool.key === key);
  if (found !== undefined) return found;
  const known = pools.map((pool) => pool.key);
  if (key === null) throw new UsageError("The pools file has no pool.", "Write one into it.");
  throw new UsageError(`There is no pool ${key}.`, nearestRemedy(key, known, "The pools file names them."));
}

/** By the daemon's word; without a daemon, by the slots that run. @throws {OperatorError} */
async function refuseIfBusy(dataFolder: string, client: DockerClient, instance: string, signal: AbortSignal) {
  const status = await askStatus(dataFolder);
  const jobs = status === null ? 0 : status.jobs.runningTotal + status.jobs.waitingTotal;
  const running = (await client.containers.list(INSTANCE_LABEL, instance, signal)).filter(
    ({ state }) => status === null && state === "running",
  );
  if (jobs + running.length === 0) return;
  const what = status === null ? countText(running.length, "running slot") : countText(jobs, "open job");
  throw new OperatorError("busy", `Nothing is measured while there is work: ${what}.`, "Try again when it is done.");
}

/** @throws {OperatorError} */
async function requireImage(client: DockerClient, { image }: Pool, signal: AbortSignal): Promise<void> {
  if ((await client.images.inspect(image, signal)) !== null) return;
  throw new OperatorError("image", `The image ${image} is not on this machine.`, `docker pull ${image}`);
}

/** A slot of the pool that ends at once, without its caches: nobody has seen to whose they are. */
function helperOf(pool: Pool, instance: string, host: HostFeatures): Helper {
  const bare = { ...pool, container: { ...pool.container, caches: [] } };
  const spec = { name: "hookline-bench", pool: bare, scope: "bench", runnerId: 1, jitConfig: "none" };
  const { body, platform } = containerSpec({ spec, instance, host, network: pool.network, createdAtMs: Date.now() });
  return { purpose: "bench", about: pool.key, body: { ...body, ...DO_NOTHING }, platform };
}

function resultOf(
  { key, image, network }: Pool,
  { engineVersion, storageDriver, cgroupVersion }: HostFeatures,
  { alone, together }: Record<"alone" | "together", readonly BenchedStart[]>,
) {
  const [processor] = cpus();
  const at = together.map(({ createMs, startMs }) => createMs + startMs);
  return {
    pool: key,
    image,
    network,
    machine: { processor: processor?.model.trim() ?? "", cores: cpus().length, memoryBytes: totalmem() },
    engine: { version: engineVersion, storageDriver, cgroupVersion },
    alone: {
      createMs: medianOf(alone.map((each) => each.createMs)),
      startMs: medianOf(alone.map((each) => each.startMs)),
    },
    together: {
      containers: together.length,
      firstMs: Math.round(Math.min(...at)),
      medianMs: medianOf(at),
      lastMs: Math.round(Math.max(...at)),
    },
  };
}

/** Whole milliseconds. */
function medianOf(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}

function describe({ pool, image, network, machine, engine, alone, together }: ReturnType<typeof resultOf>): string {
  const { processor, cores, memoryBytes } = machine;
  const { createMs, startMs } = alone;
  const columns = [
    ["milliseconds", 30],
    ["create", 8],
    ["start", 8],
    ["until it runs", 14],
  ] as const;
  const rows = [
    [`one alone, median of ${BENCHED.alone}`, `${createMs}`, `${startMs}`, `${createMs + startMs}`],
    [`${together.containers} at once, the first`, "", "", `${together.firstMs}`],
    [`${together.containers} at once, median`, "", "", `${together.medianMs}`],
    [`${together.containers} at once, the last`, "", "", `${together.lastMs}`],
  ];
  return `${processor}, ${cores} cores, ${formatBytes(memoryBytes)}; Docker ${engine.version}, ${engine.storageDriver}
pool ${pool}: ${image}, network ${network}

${textTable(columns, rows)}`;
}
