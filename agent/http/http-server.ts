import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";

import type { Clock } from "../../shared/clock/clock.ts";
import { systemClock } from "../clock/system-clock.ts";
import { boundConnections } from "./connection-bound.ts";
import { listenError } from "./listen-error.ts";
import type { ListenAddress } from "./listen-address.ts";

/** What Cloudflare lets through as well. https://developers.cloudflare.com/workers/platform/limits/#request-limits */
const MAX_HEADER_BYTES = 128 * 1024;

/** GitHub gives a delivery ten seconds, answer included; whoever trickles for as long is none. */
const REQUEST_MS = 9000;
/** Of these the headers, which come in one packet, get no more than half. */
const HEADERS_MS = 4500;
const LOOK_MS = 1000;

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

export interface HttpServerOptions {
  readonly maxConnections?: number;
  readonly clock?: Pick<Clock, "monotonicMs">;
  /** Where the operator wrote the address. */
  readonly setting?: string;
}

/** Serves an app over HTTP/1.1, bodies as raw bytes. @throws {ListenError} if the address cannot be had. */
export async function serveHttp(
  app: Hono,
  address: ListenAddress,
  { maxConnections = MOST_CONNECTIONS, clock = systemClock, setting = "--listen" }: HttpServerOptions = {},
): Promise<HttpServer> {
  const server = createAdaptorServer({
    fetch: endingRefused(app),
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: REQUEST_MS,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: LOOK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
  }) as Server;
  boundConnections(server, maxConnections, () => clock.monotonicMs());
  await listen(server, address, setting);
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://${reachable(address.host)}:${port}`, close: () => close(server) };
}

/** Whoever was refused has to come anew: connections are kept for a proxy that brings deliveries. */
function endingRefused(app: Hono): (request: Request, connection: object) => Promise<Response> {
  return async (request, connection) => {
    const response = await app.fetch(request, connection);
    if (response.status >= 400) response.headers.set("Connection", "close");
    return response;
  };
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
