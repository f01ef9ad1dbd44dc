import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { DockerHost } from "../../../agent/docker/docker-host.ts";
import { seeded } from "../time/random.ts";
import { engineHost } from "./raw-call.ts";

/** What create and start take longer, each, milliseconds: 0.5 to 3 s together, as on a NAS with disks. */
const SLOWER_MS = { least: 250, most: 1500 };

const SLOW_CALL = /\/containers\/(create|[^/]+\/start)(\?|$)/;

/** A socket before the engine's that holds each create and each start back for a while, drawn from a seed. */
export class SlowEngine {
  readonly host: DockerHost & { readonly kind: "unix" };
  readonly #folder = mkdtempSync(join(tmpdir(), "hookline-slow-"));
  readonly #server: Server;
  #random = seeded(0);

  private constructor() {
    this.host = { kind: "unix", socketPath: join(this.#folder, "docker.sock") };
    this.#server = createServer((incoming, answer) => void this.#pass(incoming, answer).catch(() => answer.destroy()));
  }

  static async start(): Promise<SlowEngine> {
    const engine = new SlowEngine();
    await new Promise<void>((resolve) => void engine.#server.listen(engine.host.socketPath, resolve));
    return engine;
  }

  /** From here on the delays are those of this seed, from its first. */
  seed(seed: number): void {
    this.#random = seeded(seed);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #drawMs(): number {
    return SLOWER_MS.least + this.#random() * (SLOWER_MS.most - SLOWER_MS.least);
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers } = incoming;
    if (method === "POST" && SLOW_CALL.test(path)) await sleep(this.#drawMs());
    const address =
      engineHost.kind === "unix"
        ? { socketPath: engineHost.socketPath }
        : { host: engineHost.hostname, port: engineHost.port };
    const outgoing = request({ ...address, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      answer.flushHeaders();
      response.on("error", () => answer.destroy());
      response.pipe(answer);
    });
    outgoing.on("error", () => answer.destroy());
    answer.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }
}
