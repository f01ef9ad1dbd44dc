import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";
import * as z from "zod";

import { systemClock } from "../../../agent/clock/system-clock.ts";
import { runDoctor } from "../../../agent/commands/doctor.ts";
import { readPoolsFile } from "../../../agent/settings/pools-file.ts";
import { readSettings } from "../../../agent/settings/settings.ts";
import { startControl } from "../../../agent/control/control-server.ts";
import { daemonOf } from "../../../agent/daemon/daemon-of.ts";
import { buildAgent, type BuiltAgent } from "../../../agent/daemon/build-agent.ts";
import { InProcessSlotProvider } from "../../../agent/slots/in-process-slot-provider.ts";
import type { Clock } from "../../../shared/clock/clock.ts";
import { createLogger } from "../../../shared/log/logger.ts";
import { engineHost } from "../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage } from "../../stand-ins/docker/runner-image.ts";
import { startLocalEdge, type LocalEdge } from "../../stand-ins/edge/local-edge.ts";
import type { LoopbackGitHub } from "../../stand-ins/github/loopback-github.ts";
import type { Hook } from "../../stand-ins/github/state/model.ts";
import { startGitHub } from "../../stand-ins/github/start-github.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { runStandInRunner } from "../../stand-ins/github/stand-in-runner.ts";
import { AlteringFront } from "./altering-front.ts";

const DAY_MS = 24 * 60 * 60_000;
export const REPOSITORY = "acme/web";

const reportSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      id: z.string(),
      group: z.string(),
      status: z.enum(["pass", "warn", "fail", "skip"]),
      summary: z.string(),
      detail: z.string().optional(),
      remedy: z.string().optional(),
      ms: z.number(),
    }),
  ),
  freshness: z.looseObject({}).nullable(),
  latency: z.record(z.string(), z.object({ p50: z.number(), p95: z.number() })),
  probe: z.record(z.string(), z.number()).optional(),
});

/** What one run of the doctor said, under `--json`. */
export interface Told extends z.output<typeof reportSchema> {
  readonly exitCode: number;
  readonly text: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

export interface Run {
  readonly env?: Env;
  readonly args?: readonly string[];
  readonly clockAheadMs?: number;
  /** In place of the machine's own. */
  readonly clock?: Clock;
}

/** A whole chain that works, for a test to break: GitHub on loopback, workerd, the agent, the machine's Docker. */
export interface DoctorWorld {
  readonly github: LoopbackGitHub;
  readonly hook: Hook;
  readonly edge: LocalEdge;
  /** Before the edge, where GitHub and the doctor reach it. The agent is linked behind it. */
  readonly edgeFront: AlteringFront & { readonly url: string };
  readonly dockerFront: AlteringFront & { readonly path: string };
  readonly image: string;
  readonly instance: string;
  readonly data: string;
  readonly env: Readonly<Record<string, string>>;
  readonly previousSecret: string;
  /** What the agent logged. */
  readonly log: readonly string[];
  /** Every credential of this world. */
  readonly secrets: readonly string[];
  /** A pools file with one pool, different from the healthy one's in what is given. */
  readonly pools: (change?: object) => string;
  /** Resolves when every delivery was answered and the agent holds no slot. */
  idle(): Promise<void>;
  stopAgent(): Promise<void>;
  startAgent(): Promise<void>;
  doctor(run?: Run): Promise<Told>;
  /** What a person sees. */
  doctorText(run?: Run): Promise<string>;
  close(): Promise<void>;
}

/** Starts the healthy world; one job has run in it. */
export async function startDoctorWorld(): Promise<DoctorWorld> {
  const secret = randomBytes(24).toString("hex");
  const previousSecret = randomBytes(24).toString("hex");
  const token = randomBytes(24).toString("hex");
  const nowMs = Date.now();
  const github = await startGitHub();
  github.addOrganization("acme");
  github.addRepository(REPOSITORY);
  github.releaseRunner("2.331.0", nowMs - 60 * DAY_MS);
  github.releaseRunner("2.335.0", nowMs - 40 * DAY_MS);
  github.releaseRunner("2.336.0", nowMs - 22 * DAY_MS);
  const edge = await startLocalEdge({ webhookSecret: secret, previousWebhookSecret: previousSecret, token });
  const edgeFront = await AlteringFront.onPort({ host: "127.0.0.1", port: edge.port });
  const dockerFront = await AlteringFront.onSocket(engineAddress());
  const data = mkdtempSync(join(tmpdir(), "hookline-doctor-"));
  const instance = `doc-${randomBytes(4).toString("hex")}`;
  const built = await buildRunnerImage({ runScript: "#!/bin/sh\n", tag: `hookline-test-${instance}:2.336.0` });
  const log: string[] = [];
  const env = {
    HOOKLINE_EDGE_URL: edgeFront.url,
    HOOKLINE_TOKEN: token,
    HOOKLINE_INSTANCE: instance,
    HOOKLINE_DATA: data,
    HOOKLINE_CONFIG: join(data, "pools.yaml"),
    HOOKLINE_SWEEP_INTERVAL_SECONDS: "3600",
    GITHUB_API_URL: github.apiUrl,
    GITHUB_TOKEN: github.addToken(),
    GITHUB_WEBHOOK_SECRET: secret,
    DOCKER_HOST: `unix://${dockerFront.path}`,
  };
  const pool = {
    key: "nas",
    organization: "acme",
    allowedRepositories: [REPOSITORY],
    labels: ["nas"],
    image: built.image,
    // So that the world is healthy on an engine whose default bridge is gone, too.
    network: "host",
    scaling: { max: 2, cooldownSeconds: 1 },
    resources: { memory: "256m", cpus: 0.5 },
  };
  let files = 0;
  const pools = (change: object = {}): string => {
    const file = join(data, `pools-${++files}.yaml`);
    writeFileSync(file, stringify({ version: 2, pools: [{ ...pool, ...change }] }));
    return file;
  };
  writeFileSync(env.HOOKLINE_CONFIG, stringify({ version: 2, pools: [pool] }));

  let running: BuiltAgent | null = null;
  let control: Awaited<ReturnType<typeof startControl>> = null;
  const stopAgent = async (): Promise<void> => {
    await control?.close();
    control = null;
    await running?.agent.stop();
    running?.close();
    running = null;
  };
  const startAgent = async (): Promise<void> => {
    const own = { ...env, HOOKLINE_EDGE_URL: edge.url };
    const settings = readSettings({ cwd: data, env: own });
    const { fleet } = readPoolsFile({ file: settings.configFile, cwd: data, env: own });
    const provider = new InProcessSlotProvider(
      (jitConfig, signal) => runStandInRunner({ jitConfig, signal }),
      systemClock,
    );
    const logger = createLogger({
      plane: "agent",
      level: "debug",
      now: Date.now,
      write: (line) => void log.push(line),
    });
    running = buildAgent({ settings, fleet, provider, log: logger });
    control = await startControl({ dataFolder: data, daemon: daemonOf(running), log: logger });
    await running.agent.start();
    await running.agent.waitFor(
      ({ connected, lastCompleteSweepAt }) => connected && lastCompleteSweepAt !== null,
      patience(),
    );
  };
  const idle = async (): Promise<void> => {
    await github.deliveriesSettled();
    await running?.agent.waitFor(({ slots }) => slots === 0, patience());
  };
  const runJob = async (): Promise<void> => {
    const { id } = github.queueJob({ repository: REPOSITORY, labels: ["self-hosted", "nas"], runsForMs: 10 });
    await github.waitFor(() => github.job(id).status === "completed", "the job to be done");
    await idle();
  };
  await startAgent();
  const hook = github.addHook({ scope: "acme", url: `${edgeFront.url}/webhook`, secret });
  await github.deliveriesSettled();
  await runJob();

  const run = async ({ env: change = {}, args = [], clockAheadMs = 0, clock: given }: Run, json: boolean) => {
    let stdout = "";
    let stderr = "";
    const clock = given ?? { ...systemClock, now: () => Date.now() + clockAheadMs };
    const io = {
      stdout: (text: string) => void (stdout += text),
      stderr: (text: string) => void (stderr += text),
      env: { ...env, ...change },
      cwd: data,
      isTerminal: false,
    };
    const exitCode = await runDoctor([...args, ...(json ? ["--json"] : [])], io, { clock });
    return { exitCode, stdout, text: stdout + stderr };
  };
  return {
    github,
    hook,
    edge,
    edgeFront,
    dockerFront,
    image: built.image,
    instance,
    data,
    env,
    previousSecret,
    log,
    secrets: [secret, previousSecret, token, env.GITHUB_TOKEN],
    pools,
    idle,
    stopAgent,
    startAgent,
    doctor: async (options = {}) => {
      const { exitCode, stdout, text } = await run(options, true);
      return { ...reportSchema.parse(JSON.parse(stdout)), exitCode, text };
    },
    doctorText: async (options = {}) => (await run(options, false)).text,
    close: async () => {
      await stopAgent();
      await Promise.all([edgeFront.close(), dockerFront.close(), edge.close()]);
      await built.remove();
      rmSync(data, { recursive: true, force: true });
      await github.close();
    },
  };
}

function engineAddress() {
  if (engineHost.kind === "unix") return { socketPath: engineHost.socketPath };
  return { host: engineHost.hostname, port: engineHost.port };
}
