import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import { readPoolsFile } from "../../agent/settings/pools-file.ts";
import { readSettings } from "../../agent/settings/settings.ts";
import type { Agent } from "../../agent/daemon/agent.ts";
import { startControl } from "../../agent/control/control-server.ts";
import { buildAgent, type BuildOptions, type BuiltAgent } from "../../agent/daemon/build-agent.ts";
import { daemonOf } from "../../agent/daemon/daemon-of.ts";
import { Journal } from "../../agent/journal/journal.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "../../agent/journal/open-journal.ts";
import { SlotRecords, type SlotRecord } from "../../agent/journal/slot-records.ts";
import { timelines, type JobTimeline } from "../../agent/journal/timeline.ts";
import { startReceiver } from "../../agent/standalone/start-receiver.ts";
import type { SlotProvider } from "../../agent/slots/slot-provider.ts";
import { silentLogger, type Logger } from "../../shared/log/logger.ts";
import { EdgeProcess } from "../stand-ins/edge/edge-process.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { startGitHub } from "../stand-ins/github/start-github.ts";
import { patience } from "../stand-ins/process/patience.ts";
import { demoSlots, type SlotKind } from "./demo-slots.ts";

export const POOL = "demo";
export const REPOSITORY = "acme/website";
const LABEL = "nas";

export interface DemoWorldOptions {
  readonly slots: SlotKind;
  /** Whether an engine that is in no swarm may become one for as long as this world is there. */
  readonly initSwarm?: boolean;
  /** Receiver, mailbox and agent in one process, in place of the Worker and the link. */
  readonly standalone?: boolean;
  /** Slots that may exist at the same time. */
  readonly maxSlots: number;
  readonly log?: Logger;
  /** Where the agent reaches the Worker, given where it is; there unless said otherwise. */
  readonly relay?: (edgeUrl: string) => Promise<string>;
  /** Aborted when nobody wants the world any more, also while it starts. */
  readonly signal?: AbortSignal;
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
  readonly edge: Pick<EdgeProcess, "url" | "webhookUrl">;
  /** What the agent's journal knows so far. */
  readonly journal: () => { readonly jobs: readonly JobTimeline[]; readonly slots: readonly SlotRecord[] };
  /** Ends everything and leaves nothing behind. */
  readonly close: () => Promise<void>;
}

/** Starts the chain and resolves once the agent is connected and the hook's ping was answered. */
export async function startDemoWorld(options: DemoWorldOptions): Promise<DemoWorld> {
  await using stack = new AsyncDisposableStack();
  const world = await start(options, stack);
  const ends = stack.move();
  return { ...world, close: () => ends.disposeAsync() };
}

async function start(options: DemoWorldOptions, ends: AsyncDisposableStack): Promise<Omit<DemoWorld, "close">> {
  const { log = silentLogger, signal = new AbortController().signal } = options;
  const secrets = { webhookSecret: randomBytes(24).toString("hex"), token: randomBytes(24).toString("hex") };
  const github = await startGitHub({ duplicates: 1 });
  ends.defer(() => github.close());
  github.addOrganization("acme");
  github.addRepository(REPOSITORY);
  const data = mkdtempSync(join(tmpdir(), "hookline-demo-"));
  ends.defer(() => rmSync(data, { recursive: true, force: true }));

  const instance = `demo-${randomBytes(4).toString("hex")}`;
  const configFile = join(data, "pools.yaml");
  const { initSwarm = false, slots } = options;
  const { provider, image } = await demoSlots({ kind: slots, initSwarm, instance, log }, ends);
  writeFileSync(configFile, stringify(poolsFile(image, options)));
  // In a process of its own: workerd's keeper ends its process at once at Ctrl-C, and here is something to clear away.
  const worker = options.standalone === true ? null : await EdgeProcess.start(secrets);
  ends.defer(() => worker?.close());
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
  const { built, edge } = await build({ settings, fleet, provider, log }, worker, ends);
  const { agent } = built;
  const control = await startControl({ dataFolder: data, daemon: daemonOf(built), log });
  ends.defer(() => control?.close());
  await agent.start();
  ends.defer(() => agent.stop());
  await agent.waitFor(({ connected }) => connected, AbortSignal.any([patience(), signal]));
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
  worker: EdgeProcess | null,
  ends: AsyncDisposableStack,
): Promise<{ readonly built: BuiltAgent; readonly edge: DemoWorld["edge"] }> {
  if (worker !== null) {
    const built = buildAgent(options);
    ends.defer(() => built.close());
    return { built, edge: worker };
  }
  const listen = { host: "127.0.0.1", port: 0 };
  const built = await startReceiver({ ...options, receiverLog: options.log, listen });
  const { server, close } = built;
  ends.defer(close);
  ends.defer(() => server.close());
  return { built, edge: { url: server.url, webhookUrl: `${server.url}/webhook` } };
}

function poolsFile(image: string, { maxSlots: max, slots }: DemoWorldOptions): object {
  const scaling = { min: 0, max, cooldownSeconds: 5 };
  return {
    version: 2,
    ...(slots === "swarm" ? { engines: { local: { swarm: true } } } : {}),
    pools: [{ key: POOL, organization: "acme", labels: [LABEL], image, network: "host", scaling }],
  };
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
