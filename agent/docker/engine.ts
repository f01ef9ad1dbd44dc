import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import { parseEngineAnswer, readAnswerBody, unexpected } from "./answer.ts";
import { apiVersionSchema, chooseApiVersion } from "./api-version.ts";
import { DockerError } from "./docker-error.ts";
import { statusError } from "./status-error.ts";
import type { DockerRequest, DockerTransport } from "./transport.ts";

export type Query = Readonly<Record<string, string | number | undefined>>;

/** One call below the version prefix. */
export interface EngineCall extends Omit<DockerRequest, "path" | "body"> {
  readonly path: string;
  readonly query?: Query;
  readonly json?: unknown;
}

const minimumSchema = z.object({ MinAPIVersion: z.optional(apiVersionSchema) });

/** The engine behind a transport: speaks the negotiated version, turns statuses into errors, parses answers. */
export class Engine {
  readonly transport: DockerTransport;
  #version: string | null = null;

  constructor(transport: DockerTransport) {
    this.transport = transport;
  }

  /**
   * Agrees on a version anew and keeps it. Throws DockerError `api-version` when there is none.
   * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemPing
   */
  async negotiate(signal: AbortSignal): Promise<string> {
    const newest = await this.#newestVersion(signal);
    const endpoint = "GET /version";
    const { MinAPIVersion } = await this.#json({ endpoint, method: "GET", path: "/version", signal }, minimumSchema);
    this.#version = chooseApiVersion({ newest, oldest: MinAPIVersion ?? null });
    return this.#version;
  }

  /** Sends a call and hands over the answer if its status is one of `statuses`; throws DockerError for all others. */
  async send(call: EngineCall, statuses: readonly number[]): Promise<IncomingMessage> {
    const version = this.#version ?? (await this.negotiate(call.signal));
    return this.#exchange({ ...plain(call), path: `/v${version}${call.path}${queryOf(call.query)}` }, statuses);
  }

  /** A call whose answer is one JSON value. */
  async json<T>(call: EngineCall, schema: z.core.$ZodType<T>, statuses: readonly number[] = [200]): Promise<T> {
    const response = await this.send(call, statuses);
    return parseEngineAnswer(schema, (await this.body(call, response)).toString("utf8"), call.endpoint);
  }

  /** A call whose answer has nothing to say but its status, which it resolves with. */
  async status(call: EngineCall, statuses: readonly number[]): Promise<number> {
    const response = await this.send(call, statuses);
    await this.body(call, response);
    return response.statusCode ?? 0;
  }

  /** Reads a body to its end; a connection that breaks meanwhile becomes a DockerError. */
  async body(request: Omit<DockerRequest, "body">, response: IncomingMessage): Promise<Buffer> {
    try {
      return await readAnswerBody(response, request.endpoint);
    } catch (error) {
      throw await this.transport.failure(request, error);
    }
  }

  async #newestVersion(signal: AbortSignal): Promise<string> {
    const endpoint = "GET /_ping";
    const request = { endpoint, method: "GET", path: "/_ping", signal } as const;
    const response = await this.#exchange(request, [200]);
    await this.body(request, response);
    const parsed = apiVersionSchema.safeParse(response.headers["api-version"]);
    if (!parsed.success) throw unexpected(endpoint, "the header Api-Version is missing or malformed");
    return parsed.data;
  }

  async #json<T>(request: DockerRequest, schema: z.core.$ZodType<T>): Promise<T> {
    const response = await this.#exchange(request, [200]);
    return parseEngineAnswer(schema, (await this.body(request, response)).toString("utf8"), request.endpoint);
  }

  async #exchange(request: DockerRequest, statuses: readonly number[]): Promise<IncomingMessage> {
    const response = await this.transport.exchange(request);
    const status = response.statusCode ?? 0;
    if (statuses.includes(status)) return response;
    throw statusError(request.endpoint, status, await this.#failureText(request, response));
  }

  async #failureText(request: DockerRequest, response: IncomingMessage): Promise<string> {
    try {
      return (await this.body(request, response)).toString("utf8");
    } catch (error) {
      if (error instanceof DockerError) return "";
      throw error;
    }
  }
}

function plain(call: EngineCall): Omit<DockerRequest, "path"> {
  const { query: _query, json, path: _path, ...request } = call;
  if (json === undefined) return request;
  return {
    ...request,
    headers: { ...request.headers, "Content-Type": "application/json" },
    body: JSON.stringify(json),
  };
}

function queryOf(query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.append(name, String(value));
  return given.size === 0 ? "" : `?${given.toString()}`;
}
