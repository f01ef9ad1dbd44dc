import { join } from "node:path";
import { writeFileSync } from "node:fs";

import { onTestFinished } from "vitest";

import { startControl } from "../../../agent/control/control-server.ts";
import { runWhy } from "../../../agent/commands/why.ts";
import { daemonOf } from "../../../agent/daemon/daemon-of.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { readPoolsFile } from "../../../agent/settings/pools-file.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { upFrame, type FakeConnection } from "../../stand-ins/edge/fake-dial.ts";
import { probedFrame } from "../../stand-ins/edge/frames.ts";
import { PING, PONG } from "../../../shared/link/protocol.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import type { JobOptions } from "../../stand-ins/github/loopback-github.ts";
import { runStandInRunner } from "../../stand-ins/github/stand-in-runner.ts";
import type { Job } from "../../stand-ins/github/state/model.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { fakeIo } from "../commands/command-io.ts";
import { agentFixture, batchOf, signalOf, SWEEP_MS } from "../daemon/agent-fixture.ts";
import { onLoopback } from "../github/on-loopback.ts";

export const LABELS = ["self-hosted", "nas"];

export interface WhyWorldOptions {
  /** Pools as a file of version 2 says them; one of acme with the label `nas` and one place unless said otherwise. */
  readonly pools?: readonly object[];
  readonly maxSlots?: number;
  readonly sweepIntervalMs?: number;
  /** False leaves the link waiting for its welcome, with a job in the queue that the first sweep finds. */
  readonly welcomed?: boolean;
}

export const POOL = {
  key: "home",
  organization: "acme",
  labels: ["nas"],
  visibility: "any",
  scaling: { min: 0, max: 1 },
};

/** The edge answers whatever asks whether it is there. */
function keepAlive(connection: FakeConnection): void {
  connection.onSend = (text) => {
    if (text === PING) return connection.receive(PONG);
    const frame = upFrame(text);
    if (frame.type === "probe") connection.receive(probedFrame(frame.id));
  };
}

/** A whole agent on the loopback GitHub with its journal on disk and its ear open, and `hookline why` beside it. */
export async function whyWorld({ pools = [POOL], maxSlots, sweepIntervalMs, welcomed = true }: WhyWorldOptions = {}) {
  const { github: loopback, clock, client } = await onLoopback();
  for (const name of ["acme/web", "acme/api"]) loopback.addRepository(name);
  loopback.addRepository("acme/site", { private: false });
  const token = loopback.addToken();
  const io = () =>
    fakeIo({ HOOKLINE_DATA: folder, HOOKLINE_CONFIG: file, GITHUB_API_URL: loopback.apiUrl, GITHUB_TOKEN: token });
  const folder = join(fakeIo().cwd, "data");
  const journal = openJournal(folder);
  const file = join(folder, "pools.json");
  writeFileSync(file, JSON.stringify({ version: 2, pools, ...(maxSlots === undefined ? {} : { maxSlots }) }));
  const provider = new FakeSlots(clock);
  const fixture = agentFixture({
    earlier: { clock, github: new FakeGitHub(clock), provider, journalSql: journal.signals, slotsSql: journal.slots },
    fleet: readPoolsFile({ file, cwd: folder, env: {} }).fleet,
    github: client({ kind: "token", token }),
    ...(sweepIntervalMs === undefined ? {} : { sweepIntervalMs }),
  });
  const { agent, dial } = fixture;
  const control = await startControl({
    dataFolder: folder,
    daemon: daemonOf({ agent, fleetFile: null, secrets: null }),
    log: capturedLog().log,
  });
  /** The daemon goes away as by `docker stop`, and its ear with it. */
  let isGone = false;
  const leave = async (): Promise<void> => {
    if (isGone) return;
    isGone = true;
    await control?.close();
    await fixture.stop();
    journal.close();
  };
  onTestFinished(leave);
  const early = welcomed ? null : loopback.queueJob({ repository: "acme/web", labels: LABELS, runsForMs: null }).id;
  let told = 0;
  await fixture.start();
  if (welcomed) keepAlive(fixture.welcome());
  await agent.waitFor(({ lastSweepAt }) => lastSweepAt !== null, patience());
  await clock.advance(0);
  /** Tells the agent of a job as GitHub's webhook does. */
  const tell = async (job: Job, change: Parameters<typeof signalOf>[1] = {}): Promise<void> => {
    const { id: jobId, runId, labels, name: jobName, repository } = job;
    const now = clock.now();
    told += 1;
    const signal = signalOf(told, {
      jobId,
      runId,
      labels: [...labels],
      jobName,
      repository: repository.fullName,
      createdAtMs: now,
      startedAtMs: now,
      ...change,
    });
    dial.last.receive(batchOf(told - 1, [signal]));
    await clock.advance(0);
  };
  /** A job that GitHub queues and tells of. */
  const queue = async (
    change: Partial<JobOptions> = {},
    signal: Parameters<typeof signalOf>[1] = {},
  ): Promise<number> => {
    const job = loopback.queueJob({ repository: "acme/web", labels: LABELS, runsForMs: null, ...change });
    await tell(job, signal);
    return job.id;
  };
  /** Waits for what takes a call to GitHub. */
  const until = (holds: () => boolean): Promise<void> => agent.waitFor(holds, patience());
  const sweep = async (): Promise<void> => {
    const before = agent.state().lastSweepAt ?? 0;
    await clock.advance(SWEEP_MS);
    await agent.waitFor(({ lastSweepAt }) => (lastSweepAt ?? 0) > before, patience());
    await clock.advance(0);
  };
  /** The runner in a slot's container begins to ask for work. */
  const connect = (slot: string): void => {
    const spec = provider.specs.find(({ name }) => name === slot);
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    void runStandInRunner({ jitConfig: spec?.jitConfig ?? "", signal: stop.signal }).catch(() => {});
  };
  /** `hookline why` in this machine's shell: its exit code and what it printed as JSON. */
  const why = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const world = io();
    const exit = await runWhy([...args, "--json"], world);
    return { exit, ...world.json() };
  };
  return { ...fixture, loopback, provider, tell, early, queue, until, sweep, connect, why, leave, io, folder };
}

export type WhyWorld = Awaited<ReturnType<typeof whyWorld>>;
