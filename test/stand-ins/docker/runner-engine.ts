import type { ServerResponse } from "node:http";

import type { Clock } from "../../../shared/clock/clock.ts";
import { runStandInRunner } from "../github/stand-in-runner.ts";
import { FakeEngine, json, type FakeRequest } from "./fake-engine.ts";

/** A container whose one process is a runner of the loopback GitHub. */
interface RunnerContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly jitConfig: string;
  readonly createdAtMs: number;
  readonly stop: AbortController;
  status: "created" | "running" | "exited";
  exitCode: number;
  ended: Promise<void>;
}

export interface RunnerEngineOptions {
  readonly clock: Pick<Clock, "now">;
  /** When every image was built, milliseconds since the epoch. */
  readonly imageBuiltAtMs: number;
}

const JIT_VARIABLE = "ACTIONS_RUNNER_INPUT_JITCONFIG=";

/** A Docker Engine made of answers, in whose containers stand-in runners take jobs and end. */
export class RunnerEngine implements AsyncDisposable {
  readonly #options: RunnerEngineOptions;
  readonly #made: RunnerContainer[] = [];
  readonly #streams: ServerResponse[] = [];
  #engine: FakeEngine | null = null;
  #refusal: string | null = null;

  private constructor(options: RunnerEngineOptions) {
    this.#options = options;
  }

  static async start(options: RunnerEngineOptions): Promise<RunnerEngine> {
    const engine = new RunnerEngine(options);
    engine.#engine = await FakeEngine.start({ answer: (request, response) => engine.#answer(request, response) });
    return engine;
  }

  /** Where a client finds it. */
  get host(): FakeEngine["host"] {
    if (this.#engine === null) throw new Error("the engine has not begun");
    return this.#engine.host;
  }

  /** From now on no container is made. */
  refuseContainers(message: string): void {
    this.#refusal = message;
  }

  /** Nobody answers any more, and every runner ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.#made) stop.abort();
    await this.#engine?.stop();
  }

  async #answer(request: FakeRequest, response: ServerResponse): Promise<boolean> {
    const { method, path } = request;
    const [, ref = "", action = method] = /^\/containers\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    if (path === "/events") this.#follow(response);
    else if (path === "/containers/json") json(response, 200, this.#list(request));
    else if (path === "/containers/create") this.#create(request, response);
    else if (/^\/images\/.+\/json$/.test(path)) json(response, 200, this.#image());
    else if (ref === "") return false;
    else await this.#act(action, decodeURIComponent(ref), response);
    return true;
  }

  #follow(response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.flushHeaders();
    this.#streams.push(response);
  }

  #list({ query }: FakeRequest): readonly object[] {
    const { status = null } = JSON.parse(query.get("filters") ?? "{}") as { readonly status?: readonly string[] };
    return this.#made
      .filter((each) => status === null || status.includes(each.status))
      .map(({ id, name, labels, status: State, createdAtMs }) => {
        return { Id: id, Names: [`/${name}`], Labels: labels, State, Created: Math.floor(createdAtMs / 1000) };
      });
  }

  #create({ query, body }: FakeRequest, response: ServerResponse): void {
    if (this.#refusal !== null) return json(response, 500, { message: this.#refusal });
    const { Env, Labels } = JSON.parse(body) as { readonly Env: readonly string[]; readonly Labels: object };
    const id = `c${this.#made.length}`;
    this.#made.push({
      id,
      name: query.get("name") ?? id,
      labels: Labels as RunnerContainer["labels"],
      jitConfig: Env.find((line) => line.startsWith(JIT_VARIABLE))?.slice(JIT_VARIABLE.length) ?? "",
      createdAtMs: this.#options.clock.now(),
      stop: new AbortController(),
      status: "created",
      exitCode: 0,
      ended: Promise.resolve(),
    });
    json(response, 201, { Id: id, Warnings: [] });
  }

  #image(): object {
    const created = new Date(this.#options.imageBuiltAtMs).toISOString();
    return { Id: "sha256:c0ffee", Created: created, RepoDigests: [], Config: {} };
  }

  async #act(action: string, ref: string, response: ServerResponse): Promise<void> {
    const container = this.#made.find(({ id, name }) => id === ref || name === ref);
    if (container === undefined) return json(response, 404, { message: `No such container: ${ref}` });
    if (action === "json") return json(response, 200, shown(container));
    if (action === "logs") return void response.writeHead(200).end();
    if (action === "start") container.ended = this.#run(container);
    else if (action === "DELETE") this.#made.splice(this.#made.indexOf(container), 1);
    else {
      container.stop.abort();
      await container.ended;
    }
    response.writeHead(204).end();
  }

  async #run(container: RunnerContainer): Promise<void> {
    const { id, name, labels, jitConfig, stop } = container;
    container.status = "running";
    const { exitCode } = await runStandInRunner({ jitConfig, signal: stop.signal }).catch(() => ({ exitCode: 1 }));
    container.status = "exited";
    container.exitCode = exitCode;
    const actor = { ID: id, Attributes: { ...labels, name, exitCode: String(exitCode) } };
    for (const stream of this.#streams)
      stream.write(`${JSON.stringify({ Type: "container", Action: "die", Actor: actor })}\n`);
  }
}

function shown({ id, name, labels, status, exitCode, createdAtMs }: RunnerContainer): object {
  const at = new Date(createdAtMs).toISOString();
  const never = "0001-01-01T00:00:00Z";
  const State = {
    Status: status,
    ExitCode: exitCode,
    StartedAt: status === "created" ? never : at,
    FinishedAt: status === "exited" ? at : never,
  };
  return { Id: id, Name: `/${name}`, Created: at, Config: { Labels: labels }, State, HostConfig: {} };
}
