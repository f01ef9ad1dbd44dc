import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

import { onTestFinished } from "vitest";

/** A real HTTP proxy on loopback, as a company or a school has one: CONNECT for tunnels, whole addresses for the rest. */
export class ConnectProxy {
  /** `host:port` of each tunnel, in order. */
  readonly tunnels: string[] = [];
  /** Addresses that were asked for without a tunnel. */
  readonly requests: string[] = [];
  /** What the proxy's own users have to show; null lets everybody through. */
  credentials: string | null = null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push(request.url ?? "");
      response.writeHead(502).end("this proxy tunnels");
    });
    this.#server.on("connection", (socket: Socket) => this.#keep(socket));
    this.#server.on("connect", (request, client: Socket, head: Buffer) => {
      const target = request.url ?? "";
      const shown = request.headers["proxy-authorization"];
      if (this.credentials !== null && shown !== `Basic ${Buffer.from(this.credentials).toString("base64")}`) {
        return void client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      }
      this.tunnels.push(target);
      const colon = target.lastIndexOf(":");
      // Names that exist behind the proxy alone all lead to this machine.
      const upstream = connect(Number(target.slice(colon + 1)), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      this.#keep(upstream);
      upstream.on("error", () => client.destroy());
      client.on("error", () => upstream.destroy());
    });
  }

  static async start(): Promise<ConnectProxy> {
    const proxy = new ConnectProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => proxy.#close());
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  }

  async #close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => void this.#server.close(resolve));
  }
}
