import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import { ChildProcessGroup } from "../stand-ins/process/child-process-group.ts";
import { PATIENCE_MS } from "../stand-ins/process/patience.ts";

export interface AgentProcessOptions {
  readonly instance: string;
  /** Null for an agent that lives by sweeps alone. */
  readonly edge: { readonly url: string; readonly token: string } | null;
  readonly githubApiUrl: string;
  readonly githubToken: string;
  /** What config/pools.yaml says. */
  readonly pools: object;
  readonly sweepIntervalSeconds: number;
  /** Path of the program, in place of the sources. */
  readonly program?: string;
  /** Of Node, before the program. */
  readonly flags?: readonly string[];
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real daemon, `hookline agent`, as a process that can be killed and started again on its journal. */
export class AgentProcess {
  /** Where its config/pools.yaml lies. */
  readonly poolsFile: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "hookline-agent-"));
  /** The daemon's environment, for other commands on its data folder. */
  readonly env: Readonly<Record<string, string>>;
  readonly #program: string;
  readonly #flags: readonly string[];
  #process: ChildProcessGroup | null = null;

  constructor(options: AgentProcessOptions) {
    this.#program = options.program ?? join(import.meta.dirname, "../../agent/main.ts");
    this.#flags = options.flags ?? [];
    this.poolsFile = join(this.#folder, "pools.yaml");
    writeFileSync(this.poolsFile, stringify(options.pools));
    this.env = {
      HOOKLINE_INSTANCE: options.instance,
      HOOKLINE_CONFIG: this.poolsFile,
      HOOKLINE_DATA: join(this.#folder, "data"),
      HOOKLINE_SWEEP_INTERVAL_SECONDS: String(options.sweepIntervalSeconds),
      GITHUB_API_URL: options.githubApiUrl,
      GITHUB_TOKEN: options.githubToken,
      LOG_LEVEL: "debug",
      ...(process.env["DOCKER_HOST"] === undefined ? {} : { DOCKER_HOST: process.env["DOCKER_HOST"] }),
      ...(options.edge === null ? {} : { HOOKLINE_EDGE_URL: options.edge.url, HOOKLINE_TOKEN: options.edge.token }),
      ...options.env,
    };
  }

  /** Runs another command of `hookline` in the daemon's environment, as a process of its own. */
  command(...args: readonly string[]): ChildProcessGroup {
    return ChildProcessGroup.node(join(import.meta.dirname, "../../agent/main.ts"), args, this.env);
  }

  /** What the daemon printed since its last start, by line. */
  get output(): readonly string[] {
    return this.#process?.output ?? [];
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Starts it; `program` in place of the one that it is, on the same folder. */
  start(program = this.#program): void {
    this.#process = ChildProcessGroup.node(program, ["agent"], this.env, this.#flags);
  }

  async waitForLine(pattern: RegExp): Promise<string> {
    if (this.#process === null) throw new Error("the agent was not started");
    return this.#process.waitForLine(pattern);
  }

  /** `hookline scale` with these words, on the same journal; resolves when it has ended. */
  scale(...args: readonly string[]): Promise<CommandResult> {
    const main = join(import.meta.dirname, "../../agent/main.ts");
    const env = { PATH: process.env["PATH"], ...this.env };
    return new Promise((resolve) => {
      execFile(process.execPath, [main, "scale", ...args], { env, timeout: PATIENCE_MS }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
  }

  /** SIGKILL, without warning. */
  async kill(): Promise<void> {
    await this.#process?.kill("SIGKILL");
  }

  /** SIGTERM, as `docker stop` sends it; gives the exit code. */
  async stop(): Promise<number | null> {
    return (await this.#process?.kill("SIGTERM")) ?? null;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
