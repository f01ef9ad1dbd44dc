import { IncomingMessage } from "node:http";
import { Socket } from "node:net";

import { DockerTransport, type DockerRequest } from "../../agent/docker/transport.ts";

/** What an engine answers; lines go on until they end or fail. */
export interface SimAnswer {
  readonly status: number;
  readonly body: string | Uint8Array | SimLines;
}

/** A body without an end. */
export interface SimLines {
  follow(line: (text: string) => void, broken: () => void): void;
}

/** The engine's end of the wire. Throws as a connection does, with `code`. */
export interface SimEngine {
  exchange(request: DockerRequest, signal: AbortSignal): Promise<SimAnswer>;
}

/** It resolves no name and opens no socket. */
export const SIM_HOST = { kind: "tcp", hostname: "swarm", port: 2375 } as const;
export const SIM_API_VERSION = "1.41";

/** The agent's own transport with a simulated wire in it. */
export class SimTransport extends DockerTransport {
  readonly #engine: SimEngine;
  readonly #killed: AbortSignal;

  constructor(engine: SimEngine, killed: AbortSignal) {
    super(SIM_HOST);
    this.#engine = engine;
    this.#killed = killed;
  }

  override async exchange(request: DockerRequest): Promise<IncomingMessage> {
    try {
      const { status, body } = await this.#engine.exchange(request, request.signal);
      return message(status, body, AbortSignal.any([request.signal, this.#killed]));
    } catch (error) {
      throw await this.failure(request, error);
    }
  }
}

function message(status: number, body: SimAnswer["body"], signal: AbortSignal): IncomingMessage {
  const answer = new IncomingMessage(new Socket());
  answer.statusCode = status;
  answer.headers["api-version"] = SIM_API_VERSION;
  if (typeof body === "object" && "follow" in body) {
    body.follow(
      (text) => answer.push(`${text}\n`),
      () => answer.destroy(errno("ECONNRESET")),
    );
    signal.addEventListener("abort", () => answer.destroy(errno("ECONNRESET")), { once: true });
  } else {
    answer.push(body);
    answer.push(null);
  }
  return answer;
}

/** An error as sockets have it. */
export function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}
