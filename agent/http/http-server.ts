import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";

import { listenError } from "./listen-error.ts";
import type { ListenAddress } from "./listen-address.ts";

/** What Cloudflare lets through as well. https://developers.cloudflare.com/workers/platform/limits/#request-limits */
const MAX_HEADER_BYTES = 128 * 1024;

/** GitHub gives a delivery ten seconds; whoever trickles longer is none. */
const REQUEST_MS = 15_000;

/**
 * Longer than a proxy keeps an idle connection to us (Caddy two minutes, nginx one): whoever closes first must be the
 * proxy, or a delivery that it sends at that moment is lost on the way. https://caddyserver.com/docs/caddyfile/directives/reverse_proxy
 */
const KEEP_ALIVE_MS = 130_000;

/** Connections at a time: GitHub needs a handful, a proxy some dozens. */
const MOST_CONNECTIONS = 512;

/** What requests under way get to end after a stop. */
const CLOSE_MS = 3000;

/** A server that listens. */
export interface HttpServer {
  /** The port that it got. */
  readonly port: number;
  /** `http://HOST:PORT` as this machine reaches it, without a final slash. */
  readonly url: string;
  /** Takes no new connection; resolves once the requests under way are answered, or cut after three seconds. */
  close(): Promise<void>;
}

/**
 * Serves an app over HTTP/1.1, bodies as raw bytes. `setting` is where the operator wrote the address.
 * @throws {ListenError} if the address cannot be had.
 */
export async function serveHttp(
  app: Hono,
  address: ListenAddress,
  maxConnections = MOST_CONNECTIONS,
  setting = "--listen",
): Promise<HttpServer> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      connectionsCheckingInterval: REQUEST_MS / 3,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
  }) as Server;
  boundConnections(server, maxConnections);
  await listen(server, address, setting);
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://${reachable(address.host)}:${port}`, close: () => close(server) };
}

/**
 * At the bound the connection goes that has been longest without a complete request, so that strangers who hold theirs
 * open do not keep GitHub out.
 */
function boundConnections(server: Server, most: number): void {
  // Those that never had one, in the order of their beginning, and the others in the order of their last.
  const [never, before] = [new Set<Socket>(), new Set<Socket>()];
  const renew = (socket: Socket): void => {
    if (never.delete(socket) || before.delete(socket)) before.add(socket);
  };
  server.on("connection", (socket: Socket) => {
    if (never.size + before.size >= most) [...never, ...before][0]?.destroy();
    never.add(socket);
    socket.once("close", () => never.delete(socket) || before.delete(socket));
  });
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    response.once("finish", () => renew(socket));
  });
}

function listen(server: Server, address: ListenAddress, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenError(error, address, setting));
    server.once("error", failed);
    server.listen({ port: address.port, ...(address.host === null ? {} : { host: address.host }) }, () => {
      server.off("error", failed);
      resolve();
    });
  });
}

function reachable(host: string | null): string {
  if (host === null || host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
