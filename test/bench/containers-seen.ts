import { DockerClient } from "../../agent/docker/docker-client.ts";
import type { DockerHost } from "../../agent/docker/docker-host.ts";
import { INSTANCE_LABEL } from "../../agent/slots/docker/container-labels.ts";
import { engineHost } from "../stand-ins/docker/raw-call.ts";
import { patience } from "../stand-ins/process/patience.ts";

/** A container's start, by the engine's own clock. */
export interface SeenStart {
  readonly name: string;
  /** Milliseconds since the epoch, with fractions. */
  readonly atMs: number;
}

/** When containers of one instance started and went, by the engine's word alone, whoever made them. */
export class ContainersSeen {
  readonly #client: DockerClient;
  readonly #ending = new AbortController();
  #starts: SeenStart[] = [];
  #gone = 0;
  #changed = Promise.withResolvers<void>();

  private constructor(host: DockerHost) {
    this.#client = new DockerClient(host);
  }

  /** On the engine of the tests, unless another one is named. */
  static async watch(instance: string, host = engineHost): Promise<ContainersSeen> {
    const seen = new ContainersSeen(host);
    await seen.#follow(instance);
    return seen;
  }

  /** Resolves with the starts since the last call once there are so many. @throws {Error} when patience is over. */
  async starts(count: number): Promise<readonly SeenStart[]> {
    await this.#until(() => this.#starts.length >= count);
    return this.#starts.splice(0);
  }

  /** Resolves once so many containers were removed since the last call. @throws {Error} when patience is over. */
  async gone(count: number): Promise<void> {
    await this.#until(() => this.#gone >= count);
    this.#gone = 0;
  }

  close(): void {
    this.#ending.abort();
    this.#client.close();
  }

  async #until(reached: () => boolean): Promise<void> {
    const over = patience();
    const ended = new Promise<never>((_, reject) => {
      over.addEventListener("abort", () =>
        reject(new Error("the engine told of fewer containers than were asked for")),
      );
    });
    // Patience is over some time for every wait, also for one that has long come to its end.
    ended.catch(() => {});
    while (!reached()) await Promise.race([this.#changed.promise, ended]);
  }

  #follow(instance: string): Promise<void> {
    const query = { label: INSTANCE_LABEL, value: instance, since: null };
    return new Promise((opened, failed) => {
      const read = async (): Promise<void> => {
        for await (const event of this.#client.events.containers(query, opened, this.#ending.signal)) {
          if (event.action === "start") {
            const atMs = Number(event.timeNano ?? 0n) / 1e6;
            this.#starts.push({ name: event.attributes["name"] ?? "", atMs });
          } else if (event.action === "destroy") this.#gone += 1;
          else continue;
          this.#changed.resolve();
          this.#changed = Promise.withResolvers<void>();
        }
      };
      read().catch(failed);
    });
  }
}
