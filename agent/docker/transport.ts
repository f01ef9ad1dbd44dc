import {
  Agent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as httpsRequest, type Agent as TlsAgent } from "node:https";
import { connectionError, errnoOf } from "./connection-error.ts";
import { DockerError } from "./docker-error.ts";
import { describeHost, type DockerHost } from "./docker-host.ts";
import { tlsAgent } from "./tls-agent.ts";

export interface DockerRequest {
  /** How errors name the call, without ids and names: `POST /containers/create`. */
  readonly endpoint: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** False for a call that must not reach the engine twice. */
  readonly repeatable?: boolean;
  /** Longest silence; null waits for ever, on a connection of its own. */
  readonly silenceMs?: number | null;
  readonly signal: AbortSignal;
}

/** Generous: a NAS with busy disks answers a start after many seconds. */
const DEFAULT_SILENCE_MS = 60_000;
const TCP_KEEP_ALIVE_MS = 30_000;

/** Calls to an engine since the start: answered, refused, and failed or without an answer; whether the last one reached it. */
export interface EngineCalls {
  readonly ok: number;
  readonly refused: number;
  readonly failed: number;
  readonly reachable: boolean | null;
}

/** HTTP to one engine over kept-alive connections, as many as there are calls at a time. */
export class DockerTransport {
  readonly host: DockerHost;
  readonly #agent = new Agent({ keepAlive: true });
  /** Made of the certificates as they are when it is first needed; made anew after a connection failed. */
  #tlsAgent: TlsAgent | null = null;
  #calls: EngineCalls = { ok: 0, refused: 0, failed: 0, reachable: null };

  constructor(host: DockerHost) {
    this.host = host;
  }

  /**
   * Resolves with the answer's head, whatever its status; the caller reads the body to its end.
   * Throws DockerError, or the signal's reason once that is aborted.
   */
  async exchange(request: DockerRequest): Promise<IncomingMessage> {
    try {
      const answer = await this.#send(request, request.repeatable ?? true);
      const { statusCode = 0 } = answer;
      this.#count(statusCode < 400 ? "ok" : statusCode < 500 ? "refused" : "failed", true);
      return answer;
    } catch (error) {
      // What nobody waits for any more says nothing of the engine.
      if (!request.signal.aborted) this.#count("failed", false);
      this.#tlsAgent = null;
      throw await this.failure(request, error);
    }
  }

  /** What to throw for an error met while the body was read. */
  async failure(request: DockerRequest, error: unknown): Promise<unknown> {
    if (request.signal.aborted) return request.signal.reason;
    return error instanceof DockerError ? error : connectionError(this.host, request.endpoint, error);
  }

  calls(): EngineCalls {
    return this.#calls;
  }

  #count(outcome: "ok" | "refused" | "failed", reachable: boolean): void {
    this.#calls = { ...this.#calls, [outcome]: this.#calls[outcome] + 1, reachable };
  }

  /** Drops the idle connections. */
  close(): void {
    this.#agent.destroy();
    this.#tlsAgent?.destroy();
  }

  #send(request: DockerRequest, repeatable: boolean): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      request.signal.throwIfAborted();
      const outgoing = this.#open(request);
      const silenceMs = request.silenceMs === undefined ? DEFAULT_SILENCE_MS : request.silenceMs;
      if (silenceMs === null) outgoing.once("socket", (socket) => void socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
      else outgoing.setTimeout(silenceMs, () => void outgoing.destroy(silent(this.host, request.endpoint, silenceMs)));
      outgoing.once("response", resolve);
      outgoing.on("error", (error) => {
        // A kept connection may have been closed at the very moment of its reuse.
        if (repeatable && outgoing.reusedSocket && wasClosed(error)) resolve(this.#send(request, false));
        else reject(error);
      });
      outgoing.end(request.body);
    });
  }

  /** What waits for ever has a connection of its own. */
  #open(request: DockerRequest): ClientRequest {
    const isAlone = request.silenceMs === null;
    const options = this.#options(request);
    if (this.host.kind === "unix" || this.host.tls === undefined)
      return httpRequest({ ...options, agent: isAlone ? false : this.#agent });
    this.#tlsAgent ??= tlsAgent(this.host.tls);
    const { ca, cert, key } = this.#tlsAgent.options;
    return httpsRequest({ ...options, ...(isAlone ? { agent: false, ca, cert, key } : { agent: this.#tlsAgent }) });
  }

  #options(request: DockerRequest): RequestOptions {
    const { host } = this;
    const address =
      host.kind === "unix" ? { socketPath: host.socketPath } : { host: host.hostname, port: host.port, noDelay: true };
    const length = request.body === undefined ? 0 : Buffer.byteLength(request.body);
    const bodyHeaders = request.method === "POST" ? { "Content-Length": String(length) } : {};
    return {
      ...address,
      method: request.method,
      path: request.path,
      headers: { ...bodyHeaders, ...request.headers },
      signal: request.signal,
    };
  }
}

function wasClosed(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === "ECONNRESET" || errno === "EPIPE";
}

function silent(host: DockerHost, endpoint: string, silenceMs: number): DockerError {
  return new DockerError(
    "unreachable",
    `${endpoint}: ${describeHost(host)} was silent for ${Math.round(silenceMs / 1000)} s.`,
    "Docker hangs or the disks are overloaded: look at the load of the host, restart Docker if it stays so.",
  );
}
