import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleWorker } from "./bundle-worker.ts";
import { ChildProcessGroup } from "../process/child-process-group.ts";
import { freePort } from "../process/free-port.ts";
import type { EdgeSecrets } from "./local-edge.ts";

/** The edge in processes that can be killed without warning and started again on the same storage and port. */
export class EdgeProcess {
  readonly url: string;
  readonly webhookUrl: string;
  readonly #env: Record<string, string>;
  readonly #storage: string;
  #process: ChildProcessGroup | null = null;

  private constructor(port: number, secrets: EdgeSecrets) {
    this.#storage = mkdtempSync(join(tmpdir(), "hookline-edge-"));
    this.url = `http://127.0.0.1:${port}`;
    this.webhookUrl = `${this.url}/webhook`;
    this.#env = {
      EDGE_PORT: String(port),
      EDGE_STORAGE: this.#storage,
      EDGE_WEBHOOK_SECRET: secrets.webhookSecret,
      EDGE_TOKEN: secrets.token,
    };
  }

  static async start(secrets: EdgeSecrets): Promise<EdgeProcess> {
    const edge = new EdgeProcess(await freePort(), secrets);
    const bundle = join(edge.#storage, "worker.js");
    writeFileSync(bundle, await bundleWorker());
    edge.#env["EDGE_BUNDLE"] = bundle;
    await edge.restart();
    return edge;
  }

  /** Of the process that holds workerd; null while it does not run. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** SIGKILL to workerd and the process that holds it, at once. */
  async kill(): Promise<void> {
    await this.#process?.kill("SIGKILL");
  }

  async restart(): Promise<void> {
    this.#process = ChildProcessGroup.node(join(import.meta.dirname, "main.ts"), [], this.#env);
    await this.#process.waitForLine(/^ready /);
  }

  async close(): Promise<void> {
    await this.#process?.kill("SIGKILL");
    rmSync(this.#storage, { recursive: true, force: true });
  }
}
