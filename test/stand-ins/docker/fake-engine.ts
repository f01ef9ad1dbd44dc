import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DockerHost } from "../../../agent/docker/docker-host.ts";
import type { EngineInfo } from "../../../agent/docker/system-api.ts";

export interface FakeRequest {
  readonly method: string;
  /** With its version prefix and query, as it came. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers a request below the version prefix; false leaves it to the defaults. */
export type FakeAnswer = (request: FakeRequest, response: ServerResponse) => boolean | Promise<boolean>;

export interface FakeEngineOptions {
  readonly newest?: string;
  readonly oldest?: string;
  readonly info?: Partial<EngineInfo>;
  readonly answer?: FakeAnswer;
}

/** A host that can do everything, as `/info` of Docker Engine 20.10 tells it. */
export const CAPABLE_INFO: EngineInfo = {
  ServerVersion: "20.10.23",
  OperatingSystem: "Debian GNU/Linux 12 (bookworm)",
  KernelVersion: "6.1.0",
  Architecture: "x86_64",
  NCPU: 4,
  MemTotal: 8 * 2 ** 30,
  MemoryLimit: true,
  SwapLimit: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
  CPUShares: true,
  PidsLimit: true,
  LoggingDriver: "json-file",
  CgroupVersion: "1",
  CgroupDriver: "cgroupfs",
  SecurityOptions: ["name=apparmor"],
  DockerRootDir: "/var/lib/docker",
  Driver: "overlay2",
  InitCommit: { ID: "de40ad0" },
  SystemTime: "2026-11-23T08:00:00.123456789Z",
};

/** As a Synology NAS with kernel 4.4 tells it. */
export const SYNOLOGY_INFO: EngineInfo = {
  ...CAPABLE_INFO,
  OperatingSystem: "Synology NAS",
  KernelVersion: "4.4.302+",
  CpuCfsPeriod: false,
  CpuCfsQuota: false,
  PidsLimit: false,
  LoggingDriver: "db",
  DockerRootDir: "/volume1/@docker",
  Driver: "btrfs",
};

/** An engine made of answers, on a unix socket in a folder of its own: for what a real one cannot be made to say. */
export class FakeEngine {
  readonly host: DockerHost & { readonly kind: "unix" };
  readonly requests: FakeRequest[] = [];
  readonly #options: FakeEngineOptions;
  readonly #folder: string;
  readonly #server = createServer((request, response) => void this.#take(request, response));

  private constructor(socketPath: string, options: FakeEngineOptions) {
    this.#folder = dirname(socketPath);
    this.#options = options;
    this.host = { kind: "unix", socketPath };
  }

  /** On a new socket, or on one where an earlier engine was. Its folder goes with it. */
  static async start(options: FakeEngineOptions = {}, socketPath?: string): Promise<FakeEngine> {
    const path = socketPath ?? join(await mkdtemp(join(tmpdir(), "hookline-engine-")), "docker.sock");
    const engine = new FakeEngine(path, options);
    await new Promise<void>((resolve) => void engine.#server.listen(engine.host.socketPath, resolve));
    return engine;
  }

  /** `METHOD path` of all requests so far, without version, query and negotiation. */
  get calls(): string[] {
    return this.requests
      .filter(({ path }) => path !== "/_ping" && path !== "/version")
      .map(({ method, path }) => `${method} ${path}`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    this.requests.push(request);
    response.setHeader("Api-Version", this.#options.newest ?? "1.41");
    if (await this.#options.answer?.(request, response)) return;
    if (request.path === "/_ping") return void response.end("OK");
    if (request.path === "/version") return json(response, 200, this.#version());
    if (request.path === "/info") return json(response, 200, { ...CAPABLE_INFO, ...this.#options.info });
    // Whatever image a test names is here, unless the test says otherwise.
    if (request.method === "GET" && /^\/images\/.+\/json$/.test(request.path)) {
      return json(response, 200, { Id: "sha256:c0ffee", RepoDigests: [], Config: {} });
    }
    json(response, 404, { message: "page not found" });
  }

  #version(): Record<string, string> {
    const { newest = "1.41", oldest } = this.#options;
    return { Version: "fake", ApiVersion: newest, ...(oldest === undefined ? {} : { MinAPIVersion: oldest }) };
  }
}

/** Of an engine where nothing runs, and no container can be made. */
export const NOTHING_RUNS: FakeAnswer = ({ path }, response) => {
  if (path !== "/containers/json") return false;
  json(response, 200, []);
  return true;
};

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  let body = "";
  incoming.setEncoding("utf8");
  for await (const chunk of incoming as AsyncIterable<string>) body += chunk;
  const url = new URL(incoming.url ?? "/", "http://engine");
  const path = url.pathname.replace(/^\/v\d+\.\d+/, "");
  return {
    method: incoming.method ?? "",
    url: incoming.url ?? "",
    path,
    query: url.searchParams,
    body,
    headers: incoming.headers,
  };
}
