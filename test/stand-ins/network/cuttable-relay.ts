import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A port on loopback that leads to another one, and can be cut, as a router at home is restarted. */
export class CuttableRelay implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #cut = false;

  private constructor(to: URL) {
    this.#server = createServer((socket) => this.#join(socket, to));
  }

  static async start(to: string): Promise<CuttableRelay> {
    const relay = new CuttableRelay(new URL(to));
    await new Promise<void>((resolve) => void relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  /** Without a final slash. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
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
  }

  #join(near: Socket, to: URL): void {
    if (this.#cut) return void near.destroy();
    const far = connect(Number(to.port), to.hostname);
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
