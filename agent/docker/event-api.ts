import * as z from "zod/mini";
import { parseEngineAnswer } from "./answer.ts";
import type { EngineCall, Engine } from "./engine.ts";
import { jsonLines } from "./json-lines.ts";

const eventSchema = z.pipe(
  z.object({
    Action: z.string(),
    Actor: z.object({ ID: z.string(), Attributes: z.nullish(z.record(z.string(), z.string())) }),
    /** Seconds. */
    time: z.nullish(z.number()),
    timeNano: z.nullish(z.string().check(z.regex(/^\d+$/))),
  }),
  z.transform((event) => ({
    action: event.Action,
    containerId: event.Actor.ID,
    /** The container's labels, `name`, `image`, and for `die` also `exitCode`. */
    attributes: event.Actor.Attributes ?? {},
    /** Nanoseconds since the epoch, exact; null where the engine does not say. */
    timeNano: event.timeNano == null ? null : BigInt(event.timeNano),
  })),
);

export type ContainerEvent = Readonly<z.infer<typeof eventSchema>>;

export interface EventQuery {
  readonly label: string;
  readonly value: string;
  /** Engine time `seconds.nanoseconds` from which events are wanted; null for from now on. */
  readonly since: string | null;
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents */
export class EventApi {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Events of the containers with a label, as they happen. `onOpen` is called once the engine has answered. The end
   * of the stream says nothing of any container: proxies cut long answers. Replay holds 256 events at most.
   * Throws DockerError, or the signal's reason once that is aborted.
   */
  async *containers(
    query: EventQuery,
    onOpen: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<ContainerEvent, void, void> {
    const filters = { type: ["container"], label: [`${query.label}=${query.value}`] };
    yield* this.#follow(filters, query.since, onOpen, signal);
  }

  /** Events of a swarm's nodes, as a manager has them, from `since` on. As `containers` otherwise. */
  nodes(since: string | null, onOpen: () => void, signal: AbortSignal): AsyncGenerator<ContainerEvent, void, void> {
    return this.#follow({ type: ["node"] }, since, onOpen, signal);
  }

  async *#follow(
    filters: Readonly<Record<string, readonly string[]>>,
    since: string | null,
    onOpen: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<ContainerEvent, void, void> {
    const endpoint = "GET /events";
    const call: EngineCall = {
      endpoint,
      method: "GET",
      path: "/events",
      query: { filters: JSON.stringify(filters), since: since ?? undefined },
      silenceMs: null,
      signal,
    };
    const response = await this.#engine.send(call, [200]);
    onOpen();
    try {
      for await (const line of jsonLines(response, endpoint)) yield parseEngineAnswer(eventSchema, line, endpoint);
    } catch (error) {
      throw await this.#engine.transport.failure(call, error);
    }
  }
}
