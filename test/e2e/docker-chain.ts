import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as z from "zod";

import { INSTANCE_LABEL } from "../../agent/slots/docker/container-labels.ts";
import { discard, rawCall } from "../stand-ins/docker/raw-call.ts";
import { buildRunnerImage } from "../stand-ins/docker/runner-image.ts";
import { suiteName } from "../stand-ins/docker/suite-names.ts";
import { EdgeProcess } from "../stand-ins/edge/edge-process.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { startGitHub, type LoopbackOptions } from "../stand-ins/github/start-github.ts";
import { AgentProcess, type AgentProcessOptions } from "./agent-process.ts";

export const REPOSITORY = "acme/website";
export const LABELS = ["self-hosted", "nas"];

export interface ChainOptions {
  readonly maxSlots: number;
  /** Without it the agent lives by sweeps alone, and deliveries go nowhere. */
  readonly edge: boolean;
  readonly sweepIntervalSeconds: number;
  /** The agent's token for the edge where it is not to be the right one. */
  readonly agentToken?: string;
  /** More of the GitHub on loopback. */
  readonly github?: Pick<LoopbackOptions, "runnerHost" | "lostRunnerMs">;
  /** Engines of the pools file. */
  readonly engines?: object;
  /** More keys of the one pool. */
  readonly pool?: object;
  /** The agent's program, in place of the sources. */
  readonly program?: string;
  /** More of the agent's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The chain without its agent: GitHub here, the edge in a process of its own, an image for slots in Docker. */
export interface ChainWithoutAgent {
  readonly github: LoopbackGitHub;
  readonly edge: EdgeProcess | null;
  /** What an agent has to be told to join. */
  readonly agentOptions: AgentProcessOptions;
  /** Names of this agent's containers, running or not. */
  readonly containers: () => Promise<readonly string[]>;
  /** How many runners were registered so far. */
  readonly registered: () => number;
  /** To be called once the agent has ended. */
  readonly close: () => Promise<void>;
}

/** The chain in processes that can be killed, the agent on its own among them. */
export interface DockerChain extends ChainWithoutAgent {
  readonly agent: AgentProcess;
}

/** Starts GitHub, image and edge; the agent is the test's to start. */
export async function startDockerChain(options: ChainOptions): Promise<DockerChain> {
  const chain = await startChainWithoutAgent(options);
  const agent = new AgentProcess(chain.agentOptions);
  return {
    ...chain,
    agent,
    close: async () => {
      await agent.close();
      await chain.close();
    },
  };
}

/** As `startDockerChain`, for an agent that the test brings itself. */
export async function startChainWithoutAgent(options: ChainOptions): Promise<ChainWithoutAgent> {
  const secrets = { webhookSecret: randomBytes(24).toString("hex"), token: randomBytes(24).toString("hex") };
  const instance = suiteName();
  const github = await startGitHub({ duplicates: 1, ...options.github });
  github.addOrganization("acme");
  github.addRepository(REPOSITORY);
  const script = readFileSync(join(import.meta.dirname, "../stand-ins/github/runner-image/run.sh"), "utf8");
  const image = await buildRunnerImage({ runScript: script });
  const edge = options.edge ? await EdgeProcess.start(secrets) : null;
  github.addHook({
    scope: "acme",
    url: edge?.webhookUrl ?? "http://127.0.0.1:9/webhook",
    secret: secrets.webhookSecret,
  });
  const scaling = { min: 0, max: options.maxSlots, cooldownSeconds: 5 };
  const containers = (): Promise<readonly string[]> => containersOf(instance);
  return {
    github,
    edge,
    agentOptions: {
      instance,
      edge: edge === null ? null : { url: edge.url, token: options.agentToken ?? secrets.token },
      githubApiUrl: github.apiUrl,
      githubToken: github.addToken(),
      pools: {
        version: 2,
        image: image.image,
        ...(options.engines === undefined ? {} : { engines: options.engines }),
        pools: [{ key: "e2e", organization: "acme", labels: ["nas"], network: "host", scaling, ...options.pool }],
      },
      sweepIntervalSeconds: options.sweepIntervalSeconds,
      ...(options.program === undefined ? {} : { program: options.program }),
      ...(options.env === undefined ? {} : { env: options.env }),
    },
    containers,
    registered: () => {
      const minted = github
        .calls()
        .filter(({ path, status }) => path.endsWith("/generate-jitconfig") && status === 201);
      return minted.length;
    },
    close: async () => {
      for (const name of await containers()) await discard(`/containers/${name}?force=1&v=1`);
      await edge?.close();
      await github.close();
      await image.remove();
    },
  };
}

const listSchema = z.array(z.object({ Names: z.array(z.string()) }));

async function containersOf(instance: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${INSTANCE_LABEL}=${instance}`] }));
  const rows = listSchema.parse(JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${filters}`)));
  return rows.map(({ Names: [name = ""] }) => name.slice(1));
}
