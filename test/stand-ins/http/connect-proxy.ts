import { createServer, request, type Server } from "node:http";
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
    this.#server = createServer((incoming, response) => {
      const url = new URL(incoming.url ?? "", "http://nowhere.invalid");
      this.requests.push(url.href);
      const { method, headers } = incoming;
      const path = `${url.pathname}${url.search}`;
      const upstream = request({ host: "127.0.0.1", port: url.port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      upstream.on("error", () => response.writeHead(502).end());
      incoming.pipe(upstream);
    });
    this.#server.on("connection", (socket: Socket) => this.#keep(socket));
    this.#server.on("connect", (asked, client: Socket, head: Buffer) => {
      const target = asked.url ?? "";
      const shown = asked.headers["proxy-authorization"];
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
      upstream.on("error", () => client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
      client.on("error", () => upstream.destroy());
    });
  }

  /** On loopback, unless another address of this machine is named. */
  static async start(address = "127.0.0.1"): Promise<ConnectProxy> {
    const proxy = new ConnectProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, address, resolve));
    onTestFinished(() => proxy.#close());
    return proxy;
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
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
