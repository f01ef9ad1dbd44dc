import { readFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import * as z from "zod";

import { engineHost } from "../stand-ins/docker/raw-call.ts";

/** Regular expressions of paths by method, each for the whole path. */
export type AllowList = Readonly<Record<string, readonly string[]>>;

const FILE = join(import.meta.dirname, "../../config/socket-proxy-allow.json");

/** The list that is shipped. */
export function shippedAllowList(): AllowList {
  return z.record(z.string(), z.array(z.string())).parse(JSON.parse(readFileSync(FILE, "utf8")));
}

export interface ProxyOptions {
  /** Null lets everything through. */
  readonly allow: AllowList | null;
  /** Changes to what the engine says of its host. */
  readonly info?: Readonly<Record<string, unknown>>;
}

/**
 * A socket proxy before the real engine that does by the list what wollomatic/socket-proxy does: a path that no pattern
 * covers whole is answered 403. Listens on loopback.
 */
export class AllowListProxy {
  /** `METHOD path` of what was refused. */
  readonly refused: string[] = [];
  readonly #options: ProxyOptions;
  readonly #server = createServer((incoming, response) => this.#take(incoming, response));

  private constructor(options: ProxyOptions) {
    this.#options = options;
  }

  static async start(options: ProxyOptions): Promise<AllowListProxy> {
    const proxy = new AllowListProxy(options);
    await new Promise<void>((resolve) => void proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** For DOCKER_HOST. */
  get address(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #take(incoming: IncomingMessage, response: ServerResponse): void {
    const method = incoming.method ?? "";
    const [path = ""] = (incoming.url ?? "").split("?");
    if (!this.#allows(method, path)) {
      this.refused.push(`${method} ${path}`);
      response.writeHead(403).end("Forbidden\n");
      return;
    }
    const isInfo = path.endsWith("/info") && this.#options.info !== undefined;
    const outgoing = request({ ...address(), method, path: incoming.url, headers: incoming.headers }, (answer) =>
      isInfo ? void this.#alter(answer, response) : pass(answer, response),
    );
    outgoing.on("error", () => response.destroy());
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  #allows(method: string, path: string): boolean {
    const { allow } = this.#options;
    return allow === null || (allow[method] ?? []).some((pattern) => new RegExp(`^(?:${pattern})$`).test(path));
  }

  async #alter(answer: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    answer.setEncoding("utf8");
    for await (const chunk of answer as AsyncIterable<string>) text += chunk;
    const info = { ...(JSON.parse(text) as object), ...this.#options.info };
    response.writeHead(answer.statusCode ?? 502, { "Content-Type": "application/json" }).end(JSON.stringify(info));
  }
}

function pass(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  // An event stream says nothing for long, and its reader waits for the head.
  response.flushHeaders();
  answer.pipe(response);
  answer.on("error", () => response.destroy());
}

function address() {
  return engineHost.kind === "unix"
    ? { socketPath: engineHost.socketPath }
    : { host: engineHost.hostname, port: engineHost.port };
}
