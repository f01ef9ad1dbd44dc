import * as z from "zod";

import { DockerClient } from "../../agent/docker/docker-client.ts";
import type { DockerHost } from "../../agent/docker/docker-host.ts";
import { containerSpec } from "../../agent/slots/docker/container-spec.ts";
import { hostFeatures, type HostFeatures } from "../../agent/slots/docker/host-features.ts";
import type { Pool } from "../../shared/fleet/pool.ts";

const jitSchema = z.object({ runner: z.object({ id: z.int() }), encoded_jit_config: z.string() });
const groupsSchema = z.object({ runner_groups: z.array(z.object({ id: z.int() })) });

export interface NaiveFloorOptions {
  readonly apiUrl: string;
  readonly token: string;
  /** Where its runners are registered: an organization without a hook, so that nobody else hears of its jobs. */
  readonly organization: string;
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
    const { runner_groups: groups } = groupsSchema.parse(await asked(options, "GET", "runner-groups"));
    return new NaiveFloor(options, host, groups[0]?.id ?? 1);
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
    const body = {
      name,
      runner_group_id: this.#groupId,
      labels: ["self-hosted", ...pool.labels],
      work_folder: "_work",
    };
    const minted = jitSchema.parse(await asked(this.#options, "POST", "runners/generate-jitconfig", body));
    const { runner, encoded_jit_config: jitConfig } = minted;
    const spec = { name, pool, scope: organization, runnerId: runner.id, jitConfig };
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

async function asked(
  { apiUrl, token, organization }: NaiveFloorOptions,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${apiUrl}/orgs/${organization}/actions/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json", "user-agent": "floor" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
