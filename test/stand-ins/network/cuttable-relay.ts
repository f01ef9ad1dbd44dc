import type { AddressInfo, ListenOptions } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A port or a socket that leads to another one, and can be cut, as a router at home is restarted. */
export class CuttableRelay implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #cut = false;

  private constructor(reach: () => Socket) {
    this.#server = createServer((socket) => this.#join(socket, reach));
  }

  /** A port on loopback that leads to the one of a URL. */
  static start(to: string): Promise<CuttableRelay> {
    const { port, hostname } = new URL(to);
    return CuttableRelay.listen({ port: 0, host: "127.0.0.1" }, () => connect(Number(port), hostname));
  }

  /** Listens there; `reach` opens the way on for each connection. */
  static async listen(at: ListenOptions, reach: () => Socket): Promise<CuttableRelay> {
    const relay = new CuttableRelay(reach);
    await new Promise<void>((resolve) => void relay.#server.listen(at, resolve));
    return relay;
  }

  /** Of a port. Without a final slash. */
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

  #join(near: Socket, reach: () => Socket): void {
    if (this.#cut) return void near.destroy();
    const far = reach();
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
