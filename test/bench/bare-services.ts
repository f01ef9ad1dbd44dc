import { DockerClient } from "../../agent/docker/docker-client.ts";
import type { DockerHost } from "../../agent/docker/docker-host.ts";
import { NO_PROXY } from "../../agent/settings/own-proxy.ts";
import { INSTANCE_LABEL } from "../../agent/slots/docker/container-labels.ts";
import { serviceSpec } from "../../agent/slots/swarm/service-spec.ts";
import type { Pool } from "../../shared/fleet/pool.ts";
import { patience } from "../stand-ins/process/patience.ts";
import { groupIdOf, jitConfigOf, type BareGitHub } from "./bare-github.ts";

const LOOK_AGAIN_MS = 100;

export interface BareServicesOptions extends BareGitHub {
  readonly instance: string;
  /** The pool of the agent that they stand beside: same image, same settings. */
  readonly pool: Pool;
  /** A manager of the swarm. */
  readonly dockerHost: DockerHost;
}

/** What is ready to be created: services as the agent makes them, their runners registered. */
export type ReadyServices = readonly object[];

/** The same services as the agent's, created and nothing else: no webhook, no link, no journal, no plan, no JIT call. */
export class BareServices {
  readonly #options: BareServicesOptions;
  readonly #client: DockerClient;
  readonly #never = new AbortController().signal;
  #ids: readonly string[] = [];
  #made = 0;

  constructor(options: BareServicesOptions) {
    this.#options = options;
    this.#client = new DockerClient(options.dockerHost);
  }

  /** Registers the runners: what nobody is to wait for when the clock runs. */
  async ready(count: number): Promise<ReadyServices> {
    const groupId = await groupIdOf(this.#options);
    return Promise.all(Array.from({ length: count }, () => this.#ready(groupId)));
  }

  async #ready(groupId: number): Promise<object> {
    const { instance, pool, organization } = this.#options;
    const name = `${instance}--bare-${(this.#made += 1)}`;
    const jit = await jitConfigOf(this.#options, { name, groupId, labels: pool.labels });
    const spec = { name, pool, scope: organization, ...jit };
    return serviceSpec({ spec, instance, folderId: null, proxy: NO_PROXY, createdAtMs: Date.now() });
  }

  /** Creates them all at once. */
  async create(services: ReadyServices): Promise<void> {
    this.#ids = await Promise.all(services.map((body) => this.#client.swarm.create(body, null, this.#never)));
  }

  /** Since when each runs, by its node's own word, milliseconds since the epoch. @throws what ends patience. */
  async running(): Promise<readonly number[]> {
    const until = patience();
    while (true) {
      const tasks = await this.#client.swarm.tasks(INSTANCE_LABEL, this.#options.instance, until);
      const own = tasks.filter(({ serviceId }) => this.#ids.includes(serviceId));
      const running = own.flatMap(({ state, sinceMs }) => (state === "running" && sinceMs !== null ? [sinceMs] : []));
      if (running.length === this.#ids.length) return running;
      await new Promise((next) => setTimeout(next, LOOK_AGAIN_MS));
    }
  }

  /** Removes them, running or not. */
  async clear(): Promise<void> {
    await Promise.all(this.#ids.map((id) => this.#client.swarm.remove(id, this.#never)));
    this.#ids = [];
  }

  close(): void {
    this.#client.close();
  }
}
