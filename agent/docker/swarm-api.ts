import * as z from "zod/mini";
import { labelsSchema, timeSchema } from "./answer-fields.ts";
import type { Engine, EngineCall } from "./engine.ts";
import { lastLines } from "./last-lines.ts";
import { nullOn } from "./null-on.ts";

const serviceSchema = z.pipe(
  z.object({ ID: z.string(), CreatedAt: timeSchema, Spec: z.object({ Name: z.string(), Labels: labelsSchema }) }),
  z.transform(({ ID, CreatedAt, Spec }) => ({ id: ID, name: Spec.Name, labels: Spec.Labels, createdAtMs: CreatedAt })),
);
/** A service, as far as it is used. Its environment is not: it holds a credential. */
export type SwarmService = Readonly<z.infer<typeof serviceSchema>>;

const taskSchema = z.pipe(
  z.object({
    ServiceID: z.string(),
    NodeID: z.nullish(z.string()),
    Status: z.object({
      State: z.string(),
      Timestamp: timeSchema,
      Err: z.nullish(z.string()),
      ContainerStatus: z.nullish(z.object({ ExitCode: z.nullish(z.number()) })),
    }),
  }),
  z.transform(({ ServiceID, NodeID, Status }) => ({
    serviceId: ServiceID,
    /** Null while no node has it. */
    nodeId: NodeID == null || NodeID === "" ? null : NodeID,
    state: Status.State,
    /** Since when it is in this state. */
    sinceMs: Status.Timestamp,
    error: Status.Err ?? null,
    exitCode: Status.ContainerStatus?.ExitCode ?? null,
  })),
);
export type SwarmTask = Readonly<z.infer<typeof taskSchema>>;

const nodeSchema = z.pipe(
  z.object({
    ID: z.string(),
    Description: z.nullish(z.object({ Hostname: z.nullish(z.string()) })),
    Status: z.object({ State: z.string() }),
  }),
  z.transform(({ ID, Description, Status }) => ({
    id: ID,
    hostname: Description?.Hostname ?? ID,
    isDown: Status.State === "down",
  })),
);
export type SwarmNode = Readonly<z.infer<typeof nodeSchema>>;

const createdSchema = z.object({ ID: z.string().check(z.minLength(1)) });

/**
 * The few calls to a manager of a swarm. All throw DockerError, or the signal's reason once that is aborted.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Service
 */
export class SwarmApi {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Gives the service's id. Never sent twice by itself. Throws `conflict` where the name is taken. */
  async create(body: object, registryAuth: string | null, signal: AbortSignal): Promise<string> {
    const call: EngineCall = {
      endpoint: "POST /services/create",
      method: "POST",
      path: "/services/create",
      json: body,
      repeatable: false,
      signal,
      ...(registryAuth === null ? {} : { headers: { "X-Registry-Auth": registryAuth } }),
    };
    return (await this.#engine.json(call, createdSchema, [201])).ID;
  }

  /** All services with this label. */
  services(label: string, value: string, signal: AbortSignal): Promise<readonly SwarmService[]> {
    return this.#engine.json(listing("/services", label, value, signal), z.array(serviceSchema));
  }

  /** The tasks of services whose containers have this label, for a while those included whose service is gone. */
  tasks(label: string, value: string, signal: AbortSignal): Promise<readonly SwarmTask[]> {
    return this.#engine.json(listing("/tasks", label, value, signal), z.array(taskSchema));
  }

  nodes(signal: AbortSignal): Promise<readonly SwarmNode[]> {
    const call = { endpoint: "GET /nodes", method: "GET", path: "/nodes", signal } as const;
    return this.#engine.json(call, z.array(nodeSchema));
  }

  /** Null when there is no such service. */
  async inspect(name: string, signal: AbortSignal): Promise<SwarmService | null> {
    return nullOn(this.#engine.json(one("GET", name, "", signal), serviceSchema), "not-found", "unsupported");
  }

  /** Removes a service; its task is asked to end, and killed after the grace of its spec. One that is gone is fine. */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.#engine.status(one("DELETE", id, "", signal), [200, 404]);
  }

  /** The last `lines` that its task printed; null where they cannot be had. */
  async logs(id: string, lines: number, signal: AbortSignal): Promise<string | null> {
    return lastLines(this.#engine, one("GET", id, "/logs", signal), lines);
  }
}

function listing(path: string, label: string, value: string, signal: AbortSignal): EngineCall {
  const filters = JSON.stringify({ label: [`${label}=${value}`] });
  return { endpoint: `GET ${path}`, method: "GET", path, query: { filters }, signal };
}

function one(method: "GET" | "DELETE", ref: string, below: string, signal: AbortSignal): EngineCall {
  const path = `/services/${encodeURIComponent(ref)}${below}`;
  return { endpoint: `${method} /services/{id}${below}`, method, path, signal };
}
