import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { parseDockerHost } from "../../agent/docker/docker-host.ts";
import { SLOTS_FILE } from "../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../agent/journal/slot-records.ts";
import { readPoolsFile } from "../../agent/settings/pools-file.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "../e2e/docker-chain.ts";
import { uniqueInstance } from "../stand-ins/docker/engine.ts";
import { SwarmCluster } from "../stand-ins/docker/swarm-cluster.ts";
import { BareServices } from "./bare-services.ts";
import type { ChainBurstsOptions } from "./chain-bursts.ts";
import { ContainersSeen } from "./containers-seen.ts";

const run = promisify(execFile);
const BARE = "bare";
const ENGINE = "swarm";

/** Milliseconds from the beginning of a burst, in the order of the starts. */
export interface SwarmBurst {
  /** Until each is told to run: by the agent, whose looks are part of it; of bare services by their node, at once. */
  readonly startedMs: readonly number[];
  /** Until each container started, by the engine's events. */
  readonly containerMs: readonly number[];
}

export type SwarmBurstsOptions = Omit<ChainBurstsOptions, "slow">;

/** Hookline's chain on an engine of its own, a swarm of one node, and beside it bare services there, for bursts in turn. */
export class SwarmBursts {
  readonly #chain: DockerChain;
  readonly #bare: BareServices;
  readonly #ours: ContainersSeen;
  readonly #theirs: ContainersSeen;
  readonly #ends: AsyncDisposableStack;

  private constructor(
    parts: readonly [DockerChain, BareServices, ContainersSeen, ContainersSeen],
    ends: AsyncDisposableStack,
  ) {
    [this.#chain, this.#bare, this.#ours, this.#theirs] = parts;
    this.#ends = ends;
  }

  /** Starts the engine, GitHub, the edge in workerd and the agent as `program`. Needs root, as the engine does. */
  static async start({ program, maxSlots, env }: SwarmBurstsOptions): Promise<SwarmBursts> {
    await using stack = new AsyncDisposableStack();
    const cluster = new SwarmCluster({ nodes: 1 });
    stack.defer(() => cluster.close());
    await cluster.start();
    const engines = { [ENGINE]: { host: cluster.address(0), swarm: true } };
    const github = { runnerHost: cluster.hostAddress };
    const rest = { edge: true, sweepIntervalSeconds: 3600, pool: { engine: ENGINE }, engines, github };
    const chain = await startDockerChain({ maxSlots, program, env, ...rest });
    stack.defer(() => chain.close());
    chain.github.liftSecondaryLimit();
    chain.github.addOrganization(BARE);
    const { image } = chain.agentOptions.pools as { readonly image: string };
    await run("sh", ["-c", `docker save "$1" | docker -H "$2" load`, "sh", image, cluster.address(0)]);
    chain.agent.start();
    await chain.agent.waitForLine(/"msg":"link up"/);
    await chain.agent.waitForLine(/"msg":"sweep done"/);
    const { fleet } = readPoolsFile({ file: chain.agent.poolsFile, cwd: "/", env: chain.agent.env });
    const [pool] = fleet.pools;
    if (pool === undefined) throw new Error("the chain has no pool");
    const dockerHost = parseDockerHost(cluster.address(0));
    const instance = uniqueInstance();
    const { githubToken: token, instance: own } = chain.agentOptions;
    const { apiUrl } = chain.github;
    const bare = new BareServices({ apiUrl, token, organization: BARE, instance, pool, dockerHost });
    stack.defer(() => bare.close());
    stack.defer(() => bare.clear());
    const ours = await ContainersSeen.watch(own, dockerHost);
    stack.defer(() => ours.close());
    const theirs = await ContainersSeen.watch(instance, dockerHost);
    stack.defer(() => theirs.close());
    return new SwarmBursts([chain, bare, ours, theirs], stack.move());
  }

  /** From so many queued jobs to their slots. */
  async hookline(count: number): Promise<SwarmBurst> {
    const { github } = this.#chain;
    const began = now();
    const ids = github
      .queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: null, count })
      .map(({ id }) => id);
    const seen = await this.#ours.starts(count);
    await github.waitFor(() => {
      const left = ids.filter((id) => github.job(id).status !== "completed");
      for (const id of left) if (github.job(id).status === "in_progress") github.completeJob(id);
      return left.length === 0;
    }, "all jobs of a burst to end");
    await this.#ours.gone(count);
    const started = this.#records().flatMap(({ startedAtMs }) =>
      (startedAtMs ?? 0) >= began ? [startedAtMs ?? 0] : [],
    );
    if (started.length !== count) throw new Error(`the agent tells of ${started.length} starts of ${count}`);
    return {
      startedMs: since(began, started),
      containerMs: since(
        began,
        seen.map(({ atMs }) => atMs),
      ),
    };
  }

  /** From so many calls that create a service to their containers. */
  async bare(count: number): Promise<SwarmBurst> {
    const services = await this.#bare.ready(count);
    const began = now();
    await this.#bare.create(services);
    const seen = await this.#theirs.starts(count);
    const running = await this.#bare.running();
    await this.#bare.clear();
    await this.#theirs.gone(count);
    return {
      startedMs: since(began, running),
      containerMs: since(
        began,
        seen.map(({ atMs }) => atMs),
      ),
    };
  }

  async close(): Promise<void> {
    await this.#ends.disposeAsync();
  }

  #records() {
    const sql = new NodeSql(join(this.#chain.agent.env["HOOKLINE_DATA"] ?? "", SLOTS_FILE));
    try {
      return new SlotRecords(sql).all();
    } finally {
      sql.close();
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function since(began: number, times: readonly number[]): readonly number[] {
  return times.map((atMs) => atMs - began).toSorted((a, b) => a - b);
}
