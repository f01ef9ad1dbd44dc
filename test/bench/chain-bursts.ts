import { join } from "node:path";

import { describeHost } from "../../agent/docker/docker-host.ts";
import { readPoolsFile } from "../../agent/settings/pools-file.ts";
import { SLOTS_FILE } from "../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../agent/journal/slot-records.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "../e2e/docker-chain.ts";
import { uniqueInstance } from "../stand-ins/docker/engine.ts";
import { engineHost } from "../stand-ins/docker/raw-call.ts";
import type { SlowEngine } from "../stand-ins/docker/slow-engine.ts";
import type { AgentProcess } from "../e2e/agent-process.ts";
import { until } from "../soak/soak-kit.ts";
import { PATIENCE_MS } from "../stand-ins/process/patience.ts";
import { ContainersSeen } from "./containers-seen.ts";
import { NaiveFloor } from "./naive-floor.ts";
import { processorMs } from "./process-memory.ts";

const BARE = "bare";
const BARE_REPOSITORY = `${BARE}/website`;

/** One burst: how long after its jobs were queued each container started, in the order of the starts, milliseconds. */
export interface Burst {
  readonly startedMs: readonly number[];
  /** Queued to the JIT call, of each slot: what is Hookline's alone. Empty for the floor. */
  readonly ownMs: readonly number[];
}

export interface ChainBurstsOptions {
  /** The agent's program. */
  readonly program: string;
  readonly maxSlots: number;
  /** More of the agent's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What stands before the engine, for both; nothing where it is null. */
  readonly slow: SlowEngine | null;
}

/** Hookline's chain and the naive floor on one machine, one GitHub and one engine, for bursts in turn. */
export class ChainBursts {
  readonly #chain: DockerChain;
  readonly #floor: NaiveFloor;
  readonly #ours: ContainersSeen;
  readonly #theirs: ContainersSeen;

  private constructor(chain: DockerChain, floor: NaiveFloor, ours: ContainersSeen, theirs: ContainersSeen) {
    this.#chain = chain;
    this.#floor = floor;
    this.#ours = ours;
    this.#theirs = theirs;
  }

  /** Starts GitHub, the edge in workerd, the agent as `program`, and the floor beside them. */
  static async start({ program, maxSlots, env: more, slow }: ChainBurstsOptions): Promise<ChainBursts> {
    const dockerHost = slow?.host ?? engineHost;
    const env = { ...more, DOCKER_HOST: describeHost(dockerHost) };
    const chain = await startDockerChain({ maxSlots, edge: true, sweepIntervalSeconds: 3600, program, env });
    const { github, agent, agentOptions } = chain;
    try {
      github.liftSecondaryLimit();
      github.addOrganization(BARE);
      github.addRepository(BARE_REPOSITORY);
      agent.start();
      await agent.waitForLine(/"msg":"link up"/);
      await until("a sweep", PATIENCE_MS, () => github.calls().some(({ path }) => path.includes("/actions/runs?")));
      const { fleet } = readPoolsFile({ file: agent.poolsFile, cwd: "/", env: agent.env });
      const [pool] = fleet.pools;
      if (pool === undefined) throw new Error("the chain has no pool");
      const instance = uniqueInstance();
      const floor = await NaiveFloor.start({
        apiUrl: github.apiUrl,
        token: agentOptions.githubToken,
        organization: BARE,
        instance,
        pool,
        dockerHost,
      });
      const ours = await ContainersSeen.watch(agentOptions.instance);
      return new ChainBursts(chain, floor, ours, await ContainersSeen.watch(instance));
    } catch (error) {
      await chain.close();
      throw error;
    }
  }

  get agent(): AgentProcess {
    return this.#chain.agent;
  }

  /** Processor time of the agent so far, milliseconds. */
  agentCpuMs(): number {
    return processorMs(this.#chain.agent.pid);
  }

  /** From now on each JIT call is answered that much later, for both. Gives what ends it. */
  delayJit(delayMs: number): () => void {
    if (delayMs === 0) return () => {};
    const operation = "actions/generate-runner-jitconfig-for-org";
    const delayed = this.#chain.github.misbehave({ operation, fault: { kind: "delay", delayMs } });
    return () => delayed.stop();
  }

  async hookline(count: number): Promise<Burst> {
    const { queuedAtMs, ids } = this.#queue(REPOSITORY, count);
    const seen = await this.#ours.starts(count);
    const names = new Set(seen.map(({ name }) => name));
    await this.#finish(ids);
    await this.#ours.gone(count);
    const asked = this.#records().flatMap(({ name, jitAskedAtMs }) => (names.has(name) ? [jitAskedAtMs ?? 0] : []));
    return { startedMs: after(queuedAtMs, seen), ownMs: asked.map((atMs) => atMs - queuedAtMs) };
  }

  async floor(count: number): Promise<Burst> {
    const { queuedAtMs, ids } = this.#queue(BARE_REPOSITORY, count);
    await this.#floor.burst(count);
    const seen = await this.#theirs.starts(count);
    await this.#finish(ids);
    await this.#floor.clear();
    await this.#theirs.gone(count);
    return { startedMs: after(queuedAtMs, seen), ownMs: [] };
  }

  async close(): Promise<void> {
    this.#ours.close();
    this.#theirs.close();
    await this.#floor.clear();
    this.#floor.close();
    await this.#chain.close();
  }

  #queue(repository: string, count: number) {
    const queuedAtMs = performance.timeOrigin + performance.now();
    const jobs = this.#chain.github.queueMatrix({ repository, labels: LABELS, runsForMs: null, count });
    return { queuedAtMs, ids: jobs.map(({ id }) => id) };
  }

  /** Jobs outlast the starts, as real ones do, and end when all have begun. */
  async #finish(ids: readonly number[]): Promise<void> {
    const { github } = this.#chain;
    await github.waitFor(() => {
      const left = ids.filter((id) => github.job(id).status !== "completed");
      for (const id of left) if (github.job(id).status === "in_progress") github.completeJob(id);
      return left.length === 0;
    }, "all jobs of a burst to end");
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

function after(queuedAtMs: number, seen: readonly { readonly atMs: number }[]): readonly number[] {
  return seen.map(({ atMs }) => atMs - queuedAtMs).toSorted((a, b) => a - b);
}
