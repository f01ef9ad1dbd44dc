import { DockerClient } from "../../agent/docker/docker-client.ts";
import type { DockerHost } from "../../agent/docker/docker-host.ts";
import { containerSpec } from "../../agent/slots/docker/container-spec.ts";
import { hostFeatures, type HostFeatures } from "../../agent/slots/docker/host-features.ts";
import type { Pool } from "../../shared/fleet/pool.ts";
import { groupIdOf, jitConfigOf, type BareGitHub } from "./bare-github.ts";

export interface NaiveFloorOptions extends BareGitHub {
  readonly instance: string;
  /** The pool of the agent that it stands beside: same image, same settings. */
  readonly pool: Pool;
  /** Where it finds the engine: where the agent does. */
  readonly dockerHost: DockerHost;
}

/**
 * What no controller can do without, and nothing else: for each job a JIT call, a create and a start, all at once. It is told
 * of the jobs by a call in its own process; there is no webhook, no link, no journal and no plan.
 */
export class NaiveFloor {
  readonly #options: NaiveFloorOptions;
  readonly #client: DockerClient;
  readonly #never = new AbortController().signal;
  readonly #host: HostFeatures;
  readonly #groupId: number;
  readonly #names: string[] = [];
  #made = 0;

  private constructor(options: NaiveFloorOptions, host: HostFeatures, groupId: number) {
    this.#options = options;
    this.#client = new DockerClient(options.dockerHost);
    this.#host = host;
    this.#groupId = groupId;
  }

  /** Knows beforehand what the agent knows beforehand: the host's features and the runner group. */
  static async start(options: NaiveFloorOptions): Promise<NaiveFloor> {
    const client = new DockerClient(options.dockerHost);
    const host = hostFeatures(await client.system.info(new AbortController().signal));
    client.close();
    return new NaiveFloor(options, host, await groupIdOf(options));
  }

  /** Resolves once so many containers were started. */
  async burst(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#one()));
  }

  /** Removes what it started since the last call, running or not. */
  async clear(): Promise<void> {
    const gone = this.#names
      .splice(0)
      .map((name) => this.#client.containers.remove(name, { force: true }, this.#never));
    await Promise.all(gone);
  }

  close(): void {
    this.#client.close();
  }

  async #one(): Promise<void> {
    const { instance, pool, organization } = this.#options;
    const name = `${instance}--floor-${(this.#made += 1)}`;
    const jit = await jitConfigOf(this.#options, { name, groupId: this.#groupId, labels: pool.labels });
    const spec = { name, pool, scope: organization, ...jit };
    const container = containerSpec({
      spec,
      instance,
      host: this.#host,
      network: pool.network,
      createdAtMs: Date.now(),
    });
    const { id } = await this.#client.containers.create(name, container.body, container.platform, this.#never);
    this.#names.push(name);
    await this.#client.containers.start(id, this.#never);
  }
}
