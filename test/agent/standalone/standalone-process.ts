import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import { ChildProcessGroup } from "../../stand-ins/process/child-process-group.ts";
import { freePort } from "../../stand-ins/process/free-port.ts";

export const WEBHOOK_SECRET = "standalone-webhook-secret";
export const TOKEN = "standalone-operator-token";

const POOLS = { version: 2, pools: [{ key: "nas", organization: "acme", labels: ["nas"] }] };

/** The real `hookline autoscale-webhook`, as a process that can be killed and started again on its files and port. */
export class StandaloneProcess {
  readonly folder: string;
  readonly url: string;
  readonly webhookUrl: string;
  readonly env: Readonly<Record<string, string>>;
  #process: ChildProcessGroup | null = null;

  private constructor(port: number, env: Readonly<Record<string, string>>) {
    const folder = mkdtempSync(join(tmpdir(), "hookline-standalone-"));
    writeFileSync(join(folder, "pools.yaml"), stringify(POOLS));
    this.folder = join(folder, "data");
    this.url = `http://127.0.0.1:${port}`;
    this.webhookUrl = `${this.url}/webhook`;
    this.env = {
      GITHUB_WEBHOOK_SECRET: WEBHOOK_SECRET,
      HOOKLINE_TOKEN: TOKEN,
      GITHUB_TOKEN: "ghp_of-nobody",
      GITHUB_API_URL: "http://127.0.0.1:9",
      DOCKER_HOST: "tcp://127.0.0.1:9",
      HOOKLINE_CONFIG: join(folder, "pools.yaml"),
      HOOKLINE_DATA: this.folder,
      HOOKLINE_INSTANCE: "standalone",
      ...env,
    };
  }

  /** One that has not been started; GitHub's API and Docker are dead unless `env` says otherwise. */
  static async create(env: Readonly<Record<string, string>> = {}): Promise<StandaloneProcess> {
    return new StandaloneProcess(await freePort(), env);
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const args = ["autoscale-webhook", "--listen", `127.0.0.1:${new URL(this.url).port}`];
    this.#process = ChildProcessGroup.node(join(import.meta.dirname, "../../../agent/main.ts"), args, this.env);
    await this.#process.waitForLine(/"msg":"listening"/);
  }

  /** Its process id; null while it does not run. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** What it printed since its last start, by line. */
  get output(): readonly string[] {
    return this.#process?.output ?? [];
  }

  waitForLine(pattern: RegExp): Promise<string> {
    if (this.#process === null) throw new Error("the receiver was not started");
    return this.#process.waitForLine(pattern);
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
    rmSync(join(this.folder, ".."), { recursive: true, force: true });
  }
}
