import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { Clock } from "../../../shared/clock/clock.ts";
import type { Outcome, RestApi } from "./rest/rest-api.ts";
import type { ManifestPages } from "./web/manifest-pages.ts";
import { RUNNER_PREFIX, type RunnerProtocol } from "./runner-protocol/runner-protocol.ts";

const LARGEST_BODY_BYTES = 1024 * 1024;

export interface Routes {
  readonly rest: RestApi;
  readonly manifests: ManifestPages;
  readonly runners: RunnerProtocol;
}

/** The HTTP side: one server on loopback, for REST calls and for runners. */
export class LoopbackServer {
  readonly #clock: Clock;
  readonly #server: Server;
  #routes: Routes | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#server = createServer((request, response) => {
      response.sendDate = false;
      void this.#handle(request, response);
    });
    // Longer than any client keeps an idle connection, so that none is closed while a call is on its way.
    this.#server.keepAliveTimeout = 60_000;
  }

  /** Listens, on this machine's other addresses too where runners have to reach it there, and resolves with the address, without a slash at the end. */
  async listen(port: number, isReachable = false): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, isReachable ? "0.0.0.0" : "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  serve(routes: Routes): void {
    this.#routes = routes;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => void this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(request);
      if (body === null) return void response.writeHead(413).end();
      if (this.#routes === null) return void response.writeHead(503).end();
      const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`);
      const { authorization } = request.headers;
      if (url.pathname.startsWith(RUNNER_PREFIX)) {
        return await this.#routes.runners.answer(url.pathname, authorization, body, response);
      }
      const page = this.#routes.manifests.answer(request.method ?? "GET", url, body);
      if (page !== null) return void response.writeHead(page.status, page.headers).end(page.body);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, [value].flat()[0]]),
      );
      this.#send(this.#routes.rest.answer({ method: request.method ?? "GET", url, headers, body }), response);
    } catch (error) {
      if (response.headersSent || response.destroyed) return void response.destroy();
      const message = error instanceof Error ? (error.stack ?? error.message) : "unknown";
      response.writeHead(500, { "Content-Type": "application/json" }).end(JSON.stringify({ message }));
    }
  }

  #send(outcome: Outcome, response: ServerResponse): void {
    if (outcome.delayMs > 0) {
      const cancel = this.#clock.after(outcome.delayMs, () => this.#send({ ...outcome, delayMs: 0 }, response));
      response.on("close", cancel);
      return;
    }
    if (outcome.cut) return void response.destroy();
    const type = outcome.body === null ? {} : { "Content-Type": "application/json; charset=utf-8" };
    response.writeHead(outcome.status, { ...outcome.headers, ...type });
    response.end(outcome.body ?? undefined);
  }
}

/** Null when it is larger than anything that GitHub takes here. A call that is cut off midway rejects. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
