import type { Clock } from "../../../shared/clock/clock.ts";
import { formatBytes } from "../../../shared/fleet/memory-size.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { sleep } from "../../clock/sleep.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { ContainerSpec } from "../../slots/docker/container-spec.ts";
import type { HelperContainers } from "../../slots/docker/helper-container.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { lanes } from "../check/lanes.ts";
import { CERTIFICATE, LINE, NAMES, STALLED, type LikelyCause } from "../daemon/likely-cause.ts";
import { orDockerSkipped, requireImage, type DockerFacts } from "./docker-facts.ts";
import { runScript } from "./run-script.ts";
import {
  insideScript,
  readInside,
  type InsideOutcome,
  type InsideReading,
  type InsideTarget,
} from "./inside-script.ts";

/** Each takes its memory from jobs for that long. */
const AT_ONCE = 2;
/** For one container, from its own start on. */
const START_MS = 10_000;
/** More than the script prints. */
const LINES = 100;
const LOOPBACK = /^(localhost|127\.|\[?::1\]?$)/;

export interface StartCheckOptions {
  readonly facts: DockerFacts;
  readonly helpers: HelperContainers;
  readonly clock: Clock;
  /** The pool's container as the agent makes it, on its network. Throws DockerError. */
  readonly specOf: (pool: Pool, signal: AbortSignal) => Promise<ContainerSpec>;
  /** What the checks of the pool's container and of its network found. */
  readonly found: (pool: Pool, signal: AbortSignal) => Promise<readonly (readonly [id: string, finding: Finding])[]>;
  /** GitHub's hosts, less those that this machine itself does not reach. */
  readonly reachable: () => Promise<readonly InsideTarget[]>;
  /** Why a start would prove nothing or take what jobs need, in the words of a skip; null where it would not. */
  readonly spared: (pool: Pool) => Promise<Skipped | null>;
}

/** One check for each pool: its container starts on its network, with its limits, and reaches GitHub from inside. */
export function startChecks(pools: readonly Pool[], options: StartCheckOptions): readonly Check[] {
  const inLane = lanes(AT_ONCE);
  return pools.map((pool, index): Check => {
    const before = Math.floor(index / AT_ONCE);
    return {
      id: `docker-start:${pool.key}`,
      group: "docker",
      // What it waits for, the pools before it, and its own.
      deadlineMs: START_MS * (before + 2),
      run: async (signal) => {
        await refuseUnasked(pool, options, signal);
        return inLane(() => judgeStart(pool, options, signal));
      },
    };
  });
}

/** @throws {Skipped} where the container is not to be started, or another check has told what is wrong with it */
async function refuseUnasked(pool: Pool, options: StartCheckOptions, signal: AbortSignal): Promise<void> {
  const { facts, found, spared } = options;
  await orDockerSkipped(facts.host());
  await requireImage(facts, pool.image);
  const reason = await spared(pool);
  if (reason !== null) throw reason;
  for (const [id, { status }] of await found(pool, signal)) {
    if (status === "fail" || status === "skip") throw new Skipped(`a container of ${pool.key} cannot be started`, id);
  }
}

async function judgeStart(pool: Pool, options: StartCheckOptions, signal: AbortSignal): Promise<Finding> {
  const { clock, reachable } = options;
  const targets = (await reachable()).filter(({ hostname }) => pool.network === "host" || !LOOPBACK.test(hostname));
  const abort = new AbortController();
  const late = sleep(clock, START_MS, abort.signal).then((): Finding => ({
    status: "fail",
    summary: `a container of ${pool.key} on the network ${pool.network} came to no end within ${START_MS / 1000} s`,
    remedy: "look at the load of the Docker host; if Docker hangs, restart it: systemctl restart docker",
  }));
  const finding = await Promise.race([started(pool, targets, options, AbortSignal.any([signal, abort.signal])), late]);
  abort.abort();
  return finding;
}

async function started(
  pool: Pool,
  targets: readonly InsideTarget[],
  { facts, helpers, specOf }: StartCheckOptions,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    const helper = { purpose: "dry-run", about: pool.key, ...(await specOf(pool, signal)) } as const;
    const script = insideScript(targets);
    const said = await runScript(helpers, facts.client, { helper, script, lines: LINES }, signal);
    return judgeInside(pool, targets, readInside(said));
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return { status: "fail", summary: `no container of ${pool.key} starts: ${error.message}`, remedy: error.remedy };
  }
}

const CAUSES: Readonly<Record<Exclude<InsideOutcome, "reached">, LikelyCause>> = {
  names: NAMES,
  stalled: STALLED,
  certificate: CERTIFICATE,
  line: LINE,
};

function judgeInside(pool: Pool, targets: readonly InsideTarget[], { hosts, memoryBytes }: InsideReading): Finding {
  const { key, network } = pool;
  const limit = pool.resources.memoryBytes;
  const where = `a container of ${key} starts on the network ${network}`;
  for (const kind of ["names", "stalled", "certificate", "line"] as const) {
    const missed = targets.filter(({ hostname }) => hosts?.get(hostname) === kind).map(({ hostname }) => hostname);
    if (missed.length === 0) continue;
    const { cause, remedy } = CAUSES[kind];
    const summary = `${where}, but ${cause}: ${missed[0]}${missed.length === 1 ? "" : ` and ${missed.length - 1} more`}`;
    return { status: "fail", summary, detail: "this machine itself reaches them", remedy };
  }
  if (limit !== undefined && memoryBytes === "unlimited") {
    return {
      status: "warn",
      summary: `${where} without its memory limit of ${formatBytes(limit)}`,
      remedy: `take resources.memory out of the pool, or use a kernel that enforces it: docker info shows its warnings`,
    };
  }
  if (targets.length === 0) throw new Skipped(`${where}; there is no host to try from inside`, "github-host");
  if (hosts === null) throw new Skipped(`${where}; its image has none of curl, bash and nc to reach GitHub with`);
  const silent = targets.filter(({ hostname }) => !hosts.has(hostname));
  if (silent.length > 0) throw new Skipped(`${where} and said nothing of ${silent[0]?.hostname}`);
  const held = typeof memoryBytes === "number" ? `, within ${formatBytes(memoryBytes)} of memory` : "";
  return { status: "pass", summary: `${where}${held}, and reaches ${countText(targets.length, "host")} of GitHub's` };
}
