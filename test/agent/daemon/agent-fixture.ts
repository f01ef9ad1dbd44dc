import { onTestFinished } from "vitest";

import { Agent } from "../../../agent/daemon/agent.ts";
import type { AgentOptions } from "../../../agent/daemon/agent-options.ts";
import type { GitHubJob } from "../../../agent/github/model/types.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { Batch } from "../../../shared/link/batch.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { FakeDial, type FakeConnection } from "../../stand-ins/edge/fake-dial.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { welcomeFrame } from "../../stand-ins/edge/frames.ts";
import { seeded } from "../../stand-ins/time/random.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

export const REPOSITORY = "acme/web";
export const SWEEP_MS = 60_000;

interface Remains {
  readonly clock: VirtualClock;
  readonly github: FakeGitHub;
  readonly provider: FakeSlots;
  readonly journalSql: SqlDatabase;
  readonly slotsSql: SqlDatabase;
}

/** A whole agent over fakes; `earlier` hands it the world that an earlier process left behind. */
export function agentFixture(options: Partial<AgentOptions> & { readonly earlier?: Remains } = {}) {
  const clock = options.earlier?.clock ?? new VirtualClock();
  const github = options.earlier?.github ?? new FakeGitHub(clock);
  const provider = options.earlier?.provider ?? new FakeSlots(clock);
  const journalSql = options.earlier?.journalSql ?? new NodeSql(":memory:");
  const slotsSql = options.earlier?.slotsSql ?? new NodeSql(":memory:");
  const dial = new FakeDial();
  const captured = capturedLog();
  const agent = new Agent({
    instance: "nas",
    boot: "boot-1",
    host: "nas.local",
    fleet: { version: 2, pools: [poolOf({ repositories: [REPOSITORY] })] },
    architecture: "amd64",
    github,
    provider,
    dial: dial.dial,
    journalSql,
    slotsSql,
    sweepIntervalMs: SWEEP_MS,
    clock,
    random: seeded(options.earlier === undefined ? 1 : 2),
    log: captured.log,
    ...options,
  });
  let ended = false;
  const stop = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await clock.runUntil(agent.stop());
  };
  onTestFinished(stop);
  /** Starts the agent and lets everything happen that takes no time. */
  const start = async (): Promise<void> => {
    void agent.start();
    await clock.advance(0);
  };
  /** Opens and welcomes the newest connection. */
  const welcome = (change: Parameters<typeof welcomeFrame>[0] = {}): FakeConnection => {
    dial.last.open();
    dial.last.receive(welcomeFrame(change));
    return dial.last;
  };
  return {
    agent,
    clock,
    github,
    provider,
    dial,
    journalSql,
    slotsSql,
    start,
    stop,
    welcome,
    records: () => captured.records(),
  };
}

/** The next process in the world that `earlier` left behind, `forMs` after link and sweeps have told it of one job. */
export async function nextProcess(earlier: Remains, forMs: number) {
  earlier.github.jobs = { [REPOSITORY]: [listed(1)] };
  const world = agentFixture({ earlier });
  await world.start();
  world.welcome().receive(batchOf(0, [signalOf(1)]));
  await world.clock.advance(forMs);
  return world;
}

/** The signal of a queued job that the fleet serves. */
export function signalOf(n: number, change: Partial<Signal> = {}): Signal {
  return queuedSignal(n, { repository: REPOSITORY, labels: ["self-hosted", "nas"], ...change });
}

export function batchOf(after: number, signals: readonly Signal[], change: Partial<Batch> = {}): Batch {
  const entries = signals.map((signal, index) => ({ seq: after + index + 1, signal }));
  return { type: "batch", fence: 1, replay: false, after, signals: entries, ...change };
}

/** The same job as GitHub's REST API lists it. */
export function listed(n: number, change: Partial<GitHubJob> = {}): GitHubJob {
  const signal = signalOf(n);
  return {
    id: signal.jobId,
    runId: signal.runId,
    runAttempt: 1,
    repository: REPOSITORY,
    isPrivate: true,
    name: "build",
    status: "queued",
    conclusion: null,
    labels: signal.labels,
    runnerName: null,
    createdAtMs: signal.createdAtMs,
    startedAtMs: null,
    completedAtMs: null,
    ...change,
  };
}
