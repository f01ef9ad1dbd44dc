import type { Clock } from "../../../shared/clock/clock.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { DockerImagePulls } from "./image-pulls.ts";

const A_DAY_MS = 24 * 60 * 60_000;

export interface SlotImagesOptions {
  readonly client: DockerClient;
  readonly pulls: DockerImagePulls;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Images as fresh as their pools want them. A registry that cannot be asked stops no job whose image is here. */
export class SlotImages {
  readonly #options: SlotImagesOptions;
  /** Images that this process has seen on the engine, by name and platform. */
  readonly #seen = new Set<string>();
  /** When each image was last asked for, by name and platform. */
  readonly #askedAtMs = new Map<string, number>();

  constructor(options: SlotImagesOptions) {
    this.#options = options;
  }

  /** At the agent's start: pulls what is missing, and what its pool wants fresh. Throws DockerError `pull-failed`. */
  async prepare(pool: Pool, platform: string | null, signal: AbortSignal): Promise<void> {
    const wasHere = await this.#pullMissing(pool, platform, signal);
    if (wasHere && pool.container.pull !== "missing") await this.#refresh(pool, platform, signal);
  }

  /**
   * Before a runner is registered: pulls what is missing, so that no registration waits for a registry. Costs nothing
   * where this process has seen the image; should it be gone since, the start pulls it. Throws DockerError `pull-failed`.
   */
  async beforeRegistration(pool: Pool, platform: string | null, signal: AbortSignal): Promise<void> {
    if (!this.#seen.has(keyOf(pool, platform))) await this.#pullMissing(pool, platform, signal);
    await this.beforeStart(pool, platform, signal);
  }

  /** `always` waits for the registry; `daily` asks beside the job, and the slots after it have the new image. */
  async beforeStart(pool: Pool, platform: string | null, signal: AbortSignal): Promise<void> {
    const { pull } = pool.container;
    if (pull === "missing") return;
    if (pull === "always") return this.#refresh(pool, platform, signal);
    const askedAtMs = this.#askedAtMs.get(keyOf(pool, platform));
    if (askedAtMs !== undefined && this.#options.clock.monotonicMs() - askedAtMs < A_DAY_MS) return;
    // Not bound to this start, which is over before the pull is. It settles by itself.
    void this.#refresh(pool, platform, new AbortController().signal).catch(() => {});
  }

  /** Whether the image was on the engine already; it is there now. Throws DockerError `pull-failed`. */
  async #pullMissing(pool: Pool, platform: string | null, signal: AbortSignal): Promise<boolean> {
    const wasHere = (await this.#options.client.images.inspect(pool.image, signal)) !== null;
    if (!wasHere) await this.#pull(pool, platform, signal);
    this.#seen.add(keyOf(pool, platform));
    return wasHere;
  }

  /** Throws only what is no refusal of registry or engine. */
  async #refresh(pool: Pool, platform: string | null, signal: AbortSignal): Promise<void> {
    try {
      await this.#pull(pool, platform, signal);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      const { message, remedy } = error;
      this.#options.log.warn("image not refreshed; the one that is here is used", { reason: message, remedy });
    }
  }

  #pull(pool: Pool, platform: string | null, signal: AbortSignal): Promise<void> {
    this.#askedAtMs.set(keyOf(pool, platform), this.#options.clock.monotonicMs());
    return this.#options.pulls.pull(pool.image, platform, signal);
  }
}

function keyOf(pool: Pool, platform: string | null): string {
  return `${platform ?? ""} ${pool.image}`;
}
