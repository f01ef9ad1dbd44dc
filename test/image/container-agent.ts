import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { stringify } from "yaml";

import { engineHost } from "../stand-ins/docker/raw-call.ts";
import type { AgentProcessOptions } from "../e2e/agent-process.ts";
import { PrintedLines } from "../stand-ins/process/printed-lines.ts";

const run = promisify(execFile);

export interface ContainerAgentOptions extends AgentProcessOptions {
  readonly image: string;
  /** DOCKER_HOST of a proxy; null mounts the engine's socket. */
  readonly dockerHost: string | null;
  /** Mounted in place of the engine's own socket, without a group that may use it. */
  readonly socketPath?: string;
}

/**
 * The agent in its container, as the compose files run it: read-only, without capabilities, not as root, secrets in
 * files. On the host's network, where GitHub and the edge of a test listen.
 */
export class ContainerAgent {
  readonly name: string;
  readonly #options: ContainerAgentOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "hookline-container-"));
  #lines = new PrintedLines();
  #logs: ChildProcess | null = null;

  constructor(options: ContainerAgentOptions) {
    this.#options = options;
    this.name = `agent-${options.instance}`;
    chmodSync(this.#folder, 0o755);
    mkdirSync(join(this.#folder, "secrets"));
    this.#write("pools.yaml", stringify(options.pools));
    this.#write("secrets/github_token", `${options.githubToken}\n`);
    if (options.edge !== null) this.#write("secrets/hookline_token", `${options.edge.token}\n`);
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text, { mode: 0o644 });
  }

  /** Creates the container and starts it. */
  async create(): Promise<void> {
    await run("docker", ["run", "-d", "--name", this.name, ...this.#flags(), this.#options.image]);
    await this.#follow();
  }

  /** Starts the stopped container again. */
  async start(): Promise<void> {
    await run("docker", ["start", this.name]);
    await this.#follow();
  }

  /** As an operator stops it; resolves with the exit code. */
  async stop(): Promise<number> {
    await run("docker", ["stop", this.name]);
    const { stdout } = await run("docker", ["inspect", "-f", "{{.State.ExitCode}}", this.name]);
    return Number(stdout);
  }

  /** Runs a command in it; resolves with what it printed. */
  async exec(...command: readonly string[]): Promise<string> {
    return (await run("docker", ["exec", this.name, ...command])).stdout;
  }

  /** What `docker inspect` says of one field. */
  async inspect(format: string): Promise<string> {
    return (await run("docker", ["inspect", "-f", format, this.name])).stdout.trim();
  }

  /** Resolves with the first line of its log, since its last start, that matches. */
  waitForLine(pattern: RegExp): Promise<string> {
    return this.#lines.waitFor(pattern);
  }

  get output(): readonly string[] {
    return this.#lines.all;
  }

  async close(): Promise<void> {
    this.#logs?.kill();
    await run("docker", ["rm", "-fv", this.name]).catch(() => null);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Reads its log from the start of this run on, however late the reading begins. */
  async #follow(): Promise<void> {
    this.#logs?.kill();
    const lines = new PrintedLines();
    const since = await this.inspect("{{.State.StartedAt}}");
    const logs = spawn("docker", ["logs", "-f", "--since", since, this.name]);
    this.#logs = logs;
    this.#lines = lines;
    for (const stream of [logs.stdout, logs.stderr]) {
      createInterface({ input: stream }).on("line", (line) => lines.add(line));
    }
    logs.once("close", () => lines.end());
  }

  #flags(): readonly string[] {
    const { instance, edge, githubApiUrl, sweepIntervalSeconds, dockerHost } = this.#options;
    const env: Record<string, string> = {
      HOOKLINE_INSTANCE: instance,
      HOOKLINE_SWEEP_INTERVAL_SECONDS: String(sweepIntervalSeconds),
      GITHUB_API_URL: githubApiUrl,
      GITHUB_TOKEN_FILE: "/run/secrets/github_token",
      LOG_LEVEL: "debug",
      TZ: "Europe/Berlin",
      ...(edge === null ? {} : { HOOKLINE_EDGE_URL: edge.url, HOOKLINE_TOKEN_FILE: "/run/secrets/hookline_token" }),
      ...(dockerHost === null ? {} : { DOCKER_HOST: dockerHost }),
    };
    return [
      "--network=host",
      "--read-only",
      "--cap-drop=ALL",
      "--security-opt=no-new-privileges",
      "--tmpfs=/tmp:size=16m,mode=1777",
      "--memory=256m",
      "--health-interval=1s",
      `--volume=${this.#folder}/pools.yaml:/config/pools.yaml:ro`,
      `--volume=${this.#folder}/secrets:/run/secrets:ro`,
      ...(dockerHost === null ? socketFlags(this.#options.socketPath) : []),
      ...Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ];
  }
}

/** The socket, and the group that may use it. */
function socketFlags(other: string | undefined): readonly string[] {
  if (other !== undefined) return ["-v", `${other}:/var/run/docker.sock`];
  if (engineHost.kind === "tcp") throw new Error("the engine has no socket here to mount: unset DOCKER_HOST");
  const { socketPath } = engineHost;
  return ["-v", `${socketPath}:/var/run/docker.sock`, "--group-add", String(statSync(socketPath).gid)];
}
