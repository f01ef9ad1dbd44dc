import type { ContainerCreateRequest } from "@docker/node-sdk";
import * as z from "zod/mini";
import {
  createdSchema,
  inspectSchema,
  summarySchema,
  type ContainerDetail,
  type ContainerSummary,
  type CreatedContainer,
} from "./container-answers.ts";
import { DockerError } from "./docker-error.ts";
import type { EngineCall, Engine } from "./engine.ts";
import { lastLines } from "./last-lines.ts";
import { nullOn } from "./null-on.ts";

const waitSchema = z.object({ StatusCode: z.int() });
const listSchema = z.array(summarySchema);
/** The engine answers a stop only when the container has ended, so its grace comes on top. */
const STOP_ANSWER_MS = 60_000;

/**
 * The container calls that are used. `ref` is an id or a name. All throw DockerError.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container
 */
export class ContainerApi {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Creates and resolves with id and warnings. Never sent twice by itself. Throws `image-missing`, `conflict` when the name
   * is taken, `rejected` when the host cannot do what is asked.
   */
  async create(
    name: string,
    body: ContainerCreateRequest,
    platform: string | null,
    signal: AbortSignal,
  ): Promise<CreatedContainer> {
    const call: EngineCall = {
      endpoint: "POST /containers/create",
      method: "POST",
      path: "/containers/create",
      query: { name, platform: platform ?? undefined },
      json: body,
      repeatable: false,
      signal,
    };
    try {
      return await this.#engine.json(call, createdSchema, [201]);
    } catch (error) {
      throw error instanceof DockerError && error.code === "not-found" ? imageMissing(body.Image ?? "", error) : error;
    }
  }

  /** Starts; false when it ran already. A command that does not exist is `rejected` and leaves the container. */
  async start(ref: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#engine.status(post(ref, "start", signal), [204, 304])) === 204;
  }

  /** Asks to end, kills after `graceMs`; false when it had ended already. */
  async stop(ref: string, graceMs: number, signal: AbortSignal): Promise<boolean> {
    const call = {
      ...post(ref, "stop", signal),
      query: { t: Math.ceil(graceMs / 1000) },
      silenceMs: graceMs + STOP_ANSWER_MS,
    };
    return (await this.#engine.status(call, [204, 304])) === 204;
  }

  /**
   * Resolves with its exit code once it has ended, at once if it has. Only `signal` bounds it.
   * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerWait
   */
  async wait(ref: string, signal: AbortSignal): Promise<number> {
    const call = { ...post(ref, "wait", signal), silenceMs: null };
    return (await this.#engine.json(call, waitSchema)).StatusCode;
  }

  /** Kills at once; false when it did not run. */
  async kill(ref: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#engine.status(post(ref, "kill", signal), [204, 404, 409])) === 204;
  }

  /** Removes with its anonymous volumes; false when it was gone. A running one is a `conflict` without `force`. */
  async remove(ref: string, options: { readonly force: boolean }, signal: AbortSignal): Promise<boolean> {
    const call: EngineCall = {
      endpoint: "DELETE /containers/{id}",
      method: "DELETE",
      path: `/containers/${encodeURIComponent(ref)}`,
      query: { v: 1, force: options.force ? 1 : undefined },
      signal,
    };
    try {
      return (await this.#engine.status(call, [204, 404])) === 204;
    } catch (error) {
      if (error instanceof DockerError && error.code === "conflict" && /already in progress/i.test(error.message)) {
        return false;
      }
      throw error;
    }
  }

  /** Null when there is no such container. */
  async inspect(ref: string, signal: AbortSignal): Promise<ContainerDetail | null> {
    const call = get(ref, "json", signal);
    return nullOn(this.#engine.json(call, inspectSchema), "not-found");
  }

  /** All containers, running or not, that carry the label with this value. */
  list(label: string, value: string, signal: AbortSignal): Promise<readonly ContainerSummary[]> {
    return this.#list({ label: [`${label}=${value}`] }, signal);
  }

  /** All containers that run, whoever made them. */
  running(signal: AbortSignal): Promise<readonly ContainerSummary[]> {
    return this.#list({ status: ["running"] }, signal);
  }

  /** All containers, running or not, that have the volume. */
  mounting(volume: string, signal: AbortSignal): Promise<readonly ContainerSummary[]> {
    return this.#list({ volume: [volume] }, signal);
  }

  #list(by: Readonly<Record<string, readonly string[]>>, signal: AbortSignal): Promise<readonly ContainerSummary[]> {
    const filters = JSON.stringify(by);
    return this.#engine.json(
      {
        endpoint: "GET /containers/json",
        method: "GET",
        path: "/containers/json",
        query: { all: 1, filters },
        signal,
      },
      listSchema,
    );
  }

  /** The last `lines` of its output; null when it is gone or its log driver keeps nothing that can be read. */
  async logs(ref: string, lines: number, signal: AbortSignal): Promise<string | null> {
    return lastLines(this.#engine, get(ref, "logs", signal), lines);
  }
}

function post(ref: string, action: string, signal: AbortSignal): EngineCall {
  return {
    endpoint: `POST /containers/{id}/${action}`,
    method: "POST",
    path: `/containers/${encodeURIComponent(ref)}/${action}`,
    signal,
  };
}

function get(ref: string, what: string, signal: AbortSignal): EngineCall {
  return {
    endpoint: `GET /containers/{id}/${what}`,
    method: "GET",
    path: `/containers/${encodeURIComponent(ref)}/${what}`,
    signal,
  };
}

function imageMissing(image: string, cause: DockerError): DockerError {
  return new DockerError(
    "image-missing",
    `The image ${image} is not on this host. ${cause.message}`,
    `Pull it: docker pull ${image}`,
    { status: 404, cause },
  );
}
