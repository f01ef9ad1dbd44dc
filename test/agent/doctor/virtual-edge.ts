import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { createReceiverApp } from "../../../agent/standalone/receiver-app.ts";
import type { Clock } from "../../../shared/clock/clock.ts";
import { Secret } from "../../../shared/fleet/secret.ts";
import { PROTOCOL_VERSION } from "../../../shared/link/protocol.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import type { EdgeKind, Freshness } from "../../../shared/mailbox/freshness.ts";
import { VERSION } from "../../../shared/version.ts";
import { JsonSocket } from "../../stand-ins/edge/json-socket.ts";
import { MemoryEdge } from "../../stand-ins/edge/memory-edge.ts";

/** An agent's connection in this process. It pings as long as nobody closes it. */
class PingingSocket extends JsonSocket {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    super(clock.now(), { send: () => {}, closed: () => {} });
    this.#clock = clock;
  }

  override lastPingAtMs(): number | null {
    return this.#clock.now();
  }
}

/** The edge in memory, its routes on a port, and a clock that a test moves: days pass at once. */
export class VirtualEdge {
  readonly #clock: Clock;
  readonly #edge: MemoryEdge;
  readonly #server;
  /** What it says that it is. */
  kind: EdgeKind = "worker";

  constructor(clock: Clock, secret: string, token: string) {
    this.#clock = clock;
    this.#edge = new MemoryEdge({ clock });
    const app = createReceiverApp({
      mailbox: this.#edge,
      operator: this.#edge,
      secrets: { current: new Secret(secret), previous: null },
      tokens: [new Secret(token)],
      now: () => clock.now(),
      log: silentLogger,
    });
    const serve = async (request: Request): Promise<Response> => {
      const answered = await app.fetch(request);
      if (!request.url.endsWith("/freshness") || !answered.ok) return answered;
      return Response.json({ ...((await answered.json()) as object), kind: this.kind });
    };
    this.#server = createServer((request, response) => void answer(request, response, serve));
  }

  async listen(): Promise<{ readonly host: string; readonly port: number }> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  /** An agent comes; its name and host as given, its start as `boot`. */
  connect(instance: string, host: string, boot = `${host}-1`): PingingSocket {
    const socket = new PingingSocket(this.#clock);
    this.#edge.join(socket);
    const hello = {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      instance,
      boot,
      agentVersion: VERSION,
      host,
      stream: null,
      acked: 0,
      routes: [{ owner: "acme", labels: ["self-hosted", "linux", "x64", "nas"] }],
      window: 64,
      requires: [],
    };
    this.#edge.receive(socket, JSON.stringify(hello));
    return socket;
  }

  /** The agent acknowledges all that there is. */
  acknowledge(socket: PingingSocket): void {
    this.#say(socket, { type: "ack", upTo: this.#edge.mailbox.head() });
  }

  /** The agent cannot take the next signal just now: the edge holds back and tries again. */
  refuseForNow(socket: PingingSocket): void {
    const seq = this.#edge.mailbox.acked() + 1;
    this.#say(socket, { type: "nack", seq, verdict: "retry", reason: "disk full" });
  }

  freshness(): Freshness {
    return this.#edge.host.freshness();
  }

  #say(socket: PingingSocket, frame: object): void {
    this.#edge.receive(socket, JSON.stringify({ ...frame, fence: socket.state.fence }));
  }
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  serve: (request: Request) => Response | Promise<Response>,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const body = incoming.method === "POST" ? { body: Buffer.concat(parts) } : {};
  const request = new Request(`http://edge${incoming.url}`, { method: incoming.method ?? "GET", headers, ...body });
  const answered = await serve(request);
  response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(await answered.text());
}
