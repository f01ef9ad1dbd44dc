import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import { systemClock } from "../../agent/clock/system-clock.ts";
import { readPoolsFile } from "../../agent/settings/pools-file.ts";
import { readSettings } from "../../agent/settings/settings.ts";
import type { Agent } from "../../agent/daemon/agent.ts";
import { startControl } from "../../agent/control/control-server.ts";
import { buildAgent, type BuildOptions, type BuiltAgent } from "../../agent/daemon/build-agent.ts";
import { daemonOf } from "../../agent/daemon/daemon-of.ts";
import { DockerClient } from "../../agent/docker/docker-client.ts";
import { Journal } from "../../agent/journal/journal.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "../../agent/journal/open-journal.ts";
import { SlotRecords, type SlotRecord } from "../../agent/journal/slot-records.ts";
import { timelines, type JobTimeline } from "../../agent/journal/timeline.ts";
import { startReceiver } from "../../agent/standalone/start-receiver.ts";
import { DockerSlotProvider } from "../../agent/slots/docker/docker-provider.ts";
import { InProcessSlotProvider } from "../../agent/slots/in-process-slot-provider.ts";
import type { SlotProvider } from "../../agent/slots/slot-provider.ts";
import { silentLogger, type Logger } from "../../shared/log/logger.ts";
import { missingForContainers } from "../stand-ins/docker/engine-answers.ts";
import { engineHost } from "../stand-ins/docker/raw-call.ts";
import { buildRunnerImage } from "../stand-ins/docker/runner-image.ts";
import { startLocalEdge, type LocalEdge } from "../stand-ins/edge/local-edge.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { startGitHub } from "../stand-ins/github/start-github.ts";
import { runStandInRunner } from "../stand-ins/github/stand-in-runner.ts";
import { patience } from "../stand-ins/process/patience.ts";

export const POOL = "demo";
export const REPOSITORY = "acme/website";
const LABEL = "nas";

export interface DemoWorldOptions {
  readonly docker: boolean;
  /** Receiver, mailbox and agent in one process, in place of the Worker and the link. */
  readonly standalone?: boolean;
  /** Slots that may exist at the same time. */
  readonly maxSlots: number;
  readonly log?: Logger;
  /** Where the agent reaches the Worker, given where it is; there unless said otherwise. */
  readonly relay?: (edgeUrl: string) => Promise<string>;
}

/** The whole chain on one machine: GitHub on loopback, the Worker in workerd, the agent, and slots. */
export interface DemoWorld {
  readonly github: LoopbackGitHub;
  readonly agent: Agent;
  readonly provider: SlotProvider;
  /** Labels that bring a job to the demo's pool. */
  readonly labels: readonly string[];
  /** The environment in which any `hookline` command works on this world. It holds secrets. */
  readonly env: Readonly<Record<string, string>>;
  readonly edge: Pick<LocalEdge, "url" | "webhookUrl">;
  /** What the agent's journal knows so far. */
  readonly journal: () => { readonly jobs: readonly JobTimeline[]; readonly slots: readonly SlotRecord[] };
  /** Ends everything and leaves nothing behind. */
  readonly close: () => Promise<void>;
}

/** Starts the chain and resolves once the agent is connected and the hook's ping was answered. */
export async function startDemoWorld(options: DemoWorldOptions): Promise<DemoWorld> {
  const ends: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await start(options, ends)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: DemoWorldOptions,
  ends: (() => Promise<void> | void)[],
): Promise<Omit<DemoWorld, "close">> {
  const log = options.log ?? silentLogger;
  const secrets = { webhookSecret: randomBytes(24).toString("hex"), token: randomBytes(24).toString("hex") };
  const github = await startGitHub({ duplicates: 1 });
  ends.push(() => github.close());
  github.addOrganization("acme");
  github.addRepository(REPOSITORY);
  const data = mkdtempSync(join(tmpdir(), "hookline-demo-"));
  ends.push(() => rmSync(data, { recursive: true, force: true }));

  const instance = `demo-${randomBytes(4).toString("hex")}`;
  const image = options.docker ? await runnerImage(ends) : "in-process";
  const configFile = join(data, "pools.yaml");
  writeFileSync(configFile, stringify(poolsFile(image, options.maxSlots)));
  const worker = options.standalone === true ? null : await startLocalEdge(secrets);
  ends.push(() => worker?.close());
  const env = {
    ...(worker === null ? {} : { HOOKLINE_EDGE_URL: await (options.relay?.(worker.url) ?? worker.url) }),
    HOOKLINE_TOKEN: secrets.token,
    GITHUB_WEBHOOK_SECRET: secrets.webhookSecret,
    HOOKLINE_INSTANCE: instance,
    HOOKLINE_DATA: data,
    HOOKLINE_CONFIG: configFile,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_TOKEN: github.addToken(),
  };
  const settings = readSettings({ cwd: data, env });
  const { fleet } = readPoolsFile({ file: configFile, cwd: data, env });
  const provider = options.docker ? dockerProvider(instance, log, ends) : inProcessProvider();
  const { built, edge } = await build({ settings, fleet, provider, log }, worker, ends);
  const { agent } = built;
  const control = await startControl({ dataFolder: data, daemon: daemonOf(built), log });
  ends.push(() => control?.close());
  await agent.start();
  ends.push(() => agent.stop());
  await agent.waitFor(({ connected }) => connected, patience());
  const hook = github.addHook({ scope: "acme", url: edge.webhookUrl, secret: secrets.webhookSecret });
  await github.deliveriesSettled();
  const [ping] = github.deliveries();
  if (ping?.statusCode !== 202) throw new Error(`the ping of hook ${hook.id} was answered with ${ping?.statusCode}`);
  const reachable = { ...env, HOOKLINE_EDGE_URL: edge.url };
  const labels = ["self-hosted", LABEL];
  return { github, agent, provider, labels, env: reachable, edge, journal: () => readJournal(data) };
}

/** The agent with what feeds it: the Worker over the link, or a receiver of its own. */
async function build(
  options: BuildOptions,
  worker: LocalEdge | null,
  ends: (() => Promise<void> | void)[],
): Promise<{ readonly built: BuiltAgent; readonly edge: DemoWorld["edge"] }> {
  if (worker !== null) {
    const built = buildAgent(options);
    ends.push(() => built.close());
    return { built, edge: worker };
  }
  const listen = { host: "127.0.0.1", port: 0 };
  const built = await startReceiver({ ...options, receiverLog: options.log, listen });
  const { server, close } = built;
  ends.push(close, () => server.close());
  return { built, edge: { url: server.url, webhookUrl: `${server.url}/webhook` } };
}

function poolsFile(image: string, max: number): object {
  const scaling = { min: 0, max, cooldownSeconds: 5 };
  return { version: 2, pools: [{ key: POOL, organization: "acme", labels: [LABEL], image, network: "host", scaling }] };
}

async function runnerImage(ends: (() => Promise<void> | void)[]): Promise<string> {
  const missing = await missingForContainers();
  if (missing !== null) throw new Error(missing);
  const script = readFileSync(join(import.meta.dirname, "../stand-ins/github/runner-image/run.sh"), "utf8");
  const built = await buildRunnerImage({ runScript: script });
  ends.push(() => built.remove());
  return built.image;
}

function dockerProvider(instance: string, log: Logger, ends: (() => Promise<void> | void)[]): SlotProvider {
  const client = new DockerClient(engineHost);
  const provider = new DockerSlotProvider({ client, instance, clock: systemClock, random: Math.random, log });
  ends.push(async () => {
    await removeSlots(provider);
    client.close();
  });
  return provider;
}

/** An interrupted demo leaves no container either. */
async function removeSlots(provider: SlotProvider): Promise<void> {
  const { signal } = new AbortController();
  for (const { name } of await provider.list(signal)) {
    await provider.stop(name, 0, signal);
    await provider.remove(name, signal);
  }
}

function inProcessProvider(): SlotProvider {
  return new InProcessSlotProvider((jitConfig, signal) => runStandInRunner({ jitConfig, signal }), systemClock);
}

function readJournal(folder: string): { jobs: readonly JobTimeline[]; slots: readonly SlotRecord[] } {
  const signals = new NodeSql(join(folder, JOURNAL_FILE));
  const records = new NodeSql(join(folder, SLOTS_FILE));
  try {
    const slots = new SlotRecords(records).all();
    return { jobs: timelines(new Journal(signals).signals(), slots), slots };
  } finally {
    signals.close();
    records.close();
  }
}
