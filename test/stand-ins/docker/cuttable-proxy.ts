import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DockerHost } from "../../../agent/docker/docker-host.ts";

/** A socket before the engine's that can be cut, as a socket proxy cuts long answers and a reboot cuts everything. */
export class CuttableProxy {
  readonly host: DockerHost & { readonly kind: "unix" };
  readonly #sockets = new Set<Socket>();
  #cut = false;
  readonly #folder: string;
  readonly #server;

  private constructor(folder: string, engine: DockerHost) {
    this.#folder = folder;
    this.host = { kind: "unix", socketPath: join(folder, "docker.sock") };
    this.#server = createServer((socket) => this.#join(socket, engine));
  }

  static async start(engine: DockerHost): Promise<CuttableProxy> {
    const proxy = new CuttableProxy(await mkdtemp(join(tmpdir(), "hookline-proxy-")), engine);
    await new Promise<void>((resolve) => void proxy.#server.listen(proxy.host.socketPath, resolve));
    return proxy;
  }

  /** Ends all connections and refuses new ones until `mend`. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => void this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #join(near: Socket, engine: DockerHost): void {
    if (this.#cut) return void near.destroy();
    const far = engine.kind === "unix" ? connect(engine.socketPath) : connect(engine.port, engine.hostname);
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      this.#sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
