import type { DockerRequest } from "../../agent/docker/transport.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import { errno, SIM_API_VERSION, type SimAnswer, type SimEngine } from "./sim-transport.ts";
import type { SimClock } from "./sim-clock.ts";
import type { SimNode } from "./swarm-nodes.ts";
import type { SimService, SimTask, SwarmTasks } from "./swarm-tasks.ts";
import * as z from "zod";

/** The transport gives up after so much silence. */
const SILENCE_MS = 60_000;

const createSchema = z.object({ Name: z.string(), Labels: z.record(z.string(), z.string()) });

interface Stream {
  readonly line: (text: string) => void;
  readonly broken: () => void;
}

/** The Engine API of a swarm's manager, as far as it is used: https://docs.docker.com/reference/api/engine/version/v1.41/ */
export class SwarmEngine implements SimEngine {
  readonly #tasks: SwarmTasks;
  readonly #conditions: () => Conditions;
  readonly #clock: SimClock;
  readonly #dice: Dice;
  readonly #isDown: () => boolean;
  readonly #streams = new Set<Stream>();
  readonly #events: { readonly atMs: number; readonly text: string }[] = [];

  constructor(options: {
    readonly tasks: SwarmTasks;
    readonly conditions: () => Conditions;
    readonly clock: SimClock;
    readonly dice: Dice;
    /** Whether nobody answers there. */
    readonly isDown: () => boolean;
  }) {
    this.#tasks = options.tasks;
    this.#conditions = options.conditions;
    this.#clock = options.clock;
    this.#dice = options.dice;
    this.#isDown = options.isDown;
  }

  async exchange(request: DockerRequest, signal: AbortSignal): Promise<SimAnswer> {
    await this.#travel(signal);
    const answer = await this.#answer(request, signal);
    await this.#travel(signal);
    return answer;
  }

  async #travel(signal: AbortSignal): Promise<void> {
    await this.#clock.wait(this.#dice.between(1, 6) + Math.floor(this.#conditions().dockerSlowMs / 2));
    if (this.#conditions().managerHangs) await this.#hang(signal);
    signal.throwIfAborted();
    if (this.#isDown() || !this.#tasks.nodes.managerRuns) throw errno("ECONNREFUSED");
  }

  /** No answer: until the caller gives up, or the transport does. */
  async #hang(signal: AbortSignal): Promise<void> {
    const given = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([this.#clock.wait(SILENCE_MS), given]);
    signal.throwIfAborted();
    throw errno("ETIMEDOUT");
  }

  async #answer({ method, path, body }: DockerRequest, signal: AbortSignal): Promise<SimAnswer> {
    const url = new URL(path.replace(/^\/v1\.\d+/, ""), "http://engine");
    const [, kind = "", ref = "", below = ""] = url.pathname.split("/").map(decodeURIComponent);
    if (kind === "_ping") return { status: 200, body: "OK" };
    if (kind === "version") return json({ Version: "20.10.24", ApiVersion: SIM_API_VERSION, MinAPIVersion: "1.12" });
    if (kind === "info") return json(this.#info());
    if (kind === "events") return this.#follow(url.searchParams.get("since"));
    if (kind === "nodes") return json(this.#tasks.nodes.all.map(nodeAnswer));
    if (kind === "tasks") return json(this.#tasks.tasks.map(taskAnswer));
    if (kind !== "services") throw new Error(`the simulated swarm knows no ${method} ${path}`);
    if (method === "POST") return this.#create(body);
    if (ref === "") return json([...this.#tasks.services.values()].map(serviceAnswer));
    const service = [...this.#tasks.services.values()].find(({ id, name }) => id === ref || name === ref);
    if (service === undefined) return json({ message: `service ${ref} not found` }, 404);
    if (below === "logs") return this.#logs(service, signal);
    if (method === "GET") return json(serviceAnswer(service));
    this.#tasks.remove(service);
    return { status: 200, body: "" };
  }

  #create(body: DockerRequest["body"]): SimAnswer {
    const { Name, Labels } = createSchema.parse(JSON.parse(String(body)));
    const isTaken = [...this.#tasks.services.values()].some(({ name }) => name === Name);
    if (isTaken) return json({ message: "rpc error: name conflicts with an existing object" }, 409);
    return json({ ID: this.#tasks.create(Name, Labels).id }, 201);
  }

  /** Logs come from the node of the task: one that cannot be reached never answers. */
  async #logs(service: SimService, signal: AbortSignal): Promise<SimAnswer> {
    const task = this.#tasks.tasks.find((each) => each.service === service);
    const node = this.#tasks.nodes.node(task?.nodeId ?? null);
    if (node?.reachable === false) await this.#hang(signal);
    const printed = task === undefined ? "" : this.#tasks.printed(task);
    const text = Buffer.from(printed);
    const head = Buffer.alloc(8);
    head.writeUInt8(1);
    head.writeUInt32BE(text.length, 4);
    return { status: 200, body: text.length === 0 ? "" : Buffer.concat([head, text]) };
  }

  #info(): object {
    const machine = { Architecture: "x86_64", NCPU: 4, MemTotal: 8 * 2 ** 30, ServerVersion: "20.10.24" };
    const SystemTime = new Date(this.#clock.now()).toISOString();
    return { ...machine, SystemTime, Swarm: { ControlAvailable: true } };
  }

  #follow(since: string | null): SimAnswer {
    const follow = (line: Stream["line"], broken: Stream["broken"]): void => {
      this.#streams.add({ line, broken });
      const sinceMs = since === null ? Infinity : Number(since) * 1000;
      for (const { atMs, text } of this.#events) if (atMs >= sinceMs) line(text);
    };
    return { status: 200, body: { follow } };
  }

  /** A node's state has changed: whoever follows is told, unless the manager cannot be reached. */
  nodeChanged({ id, hostname, state }: SimNode, before: string): void {
    const atMs = this.#clock.now();
    const Attributes = { name: hostname, "state.new": state, "state.old": before };
    const event = { Type: "node", Action: "update", Actor: { ID: id, Attributes }, time: Math.floor(atMs / 1000) };
    const text = JSON.stringify(event);
    this.#events.push({ atMs, text });
    if (this.#isDown() || !this.#tasks.nodes.managerRuns || this.#conditions().managerHangs) return;
    for (const { line } of this.#streams) line(text);
  }

  breakStreams(): void {
    for (const { broken } of this.#streams) broken();
    this.#streams.clear();
  }
}

function json(value: unknown, status = 200): SimAnswer {
  return { status, body: JSON.stringify(value) };
}

function serviceAnswer({ id, name, labels, createdAtMs }: SimService): object {
  return { ID: id, CreatedAt: new Date(createdAtMs).toISOString(), Spec: { Name: name, Labels: labels } };
}

function taskAnswer({ service, nodeId, status }: SimTask): object {
  const { state, error, exitCode, sinceMs } = status;
  const container = exitCode === null ? {} : { ContainerStatus: { ExitCode: exitCode } };
  const Status = { State: state, Timestamp: new Date(sinceMs).toISOString(), ...container };
  return { ServiceID: service.id, NodeID: nodeId ?? "", Status: error === null ? Status : { ...Status, Err: error } };
}

function nodeAnswer({ id, hostname, state }: SimNode): object {
  return { ID: id, Description: { Hostname: hostname }, Status: { State: state } };
}
