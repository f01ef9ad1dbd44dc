import type { Clock } from "../../../shared/clock/clock.ts";
import type { PullPolicy } from "../../../shared/fleet/container-options.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { isMoving } from "../../../shared/fleet/moving-image.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import type { ReplacedRecords } from "../../journal/replaced-records.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { ImageDetail } from "../../docker/image-api.ts";
import { unaborted } from "../../docker/unaborted.ts";
import type { DockerImagePulls } from "./image-pulls.ts";
import { ReplacedImages } from "./replaced-images.ts";

const A_DAY_MS = 24 * 60 * 60_000;

/**
 * GitHub gives no jobs to a runner once a newer one has been out for 30 days: an image of this age may be a week from that.
 * https://docs.github.com/en/actions/reference/runners/self-hosted-runners#runner-software-updates-on-self-hosted-runners
 */
const NEAR_DEADLINE_MS = 23 * A_DAY_MS;

export interface SlotImagesOptions {
  readonly client: DockerClient;
  readonly pulls: DockerImagePulls;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Images as fresh as their pools want them. A registry that cannot be asked stops no job whose image is here. */
export class SlotImages {
  readonly #options: SlotImagesOptions;
  /** Images as this process has last seen them on the engine, by name and platform. */
  readonly #seen = new Map<string, ImageDetail>();
  /** When each image was last asked for, by name and platform. */
  readonly #askedAtMs = new Map<string, number>();
  /** Images that are being asked for beside the jobs, by name and platform. */
  readonly #refreshing = new Set<string>();

  readonly #replaced: ReplacedImages;

  constructor(options: SlotImagesOptions) {
    this.#options = options;
    this.#replaced = new ReplacedImages(options.client, options.log);
  }

  /** From now on what pulls replace is kept there as well, and what an earlier process left there is cleared too. */
  keepIn(records: ReplacedRecords): void {
    this.#replaced.keepIn(records);
  }

  /** A slot is gone: removes the images that pulls have replaced, as far as nothing uses them. Never rejects. */
  clearReplaced(signal: AbortSignal): Promise<void> {
    return this.#replaced.clear(signal);
  }

  /** When the image of a pool was built, as this process last saw it; null where that is not known. */
  builtAtMs(pool: Pool, platform: string | null): number | null {
    const builtAtMs = Date.parse(this.#seen.get(keyOf(pool, platform))?.created ?? "");
    return Number.isNaN(builtAtMs) ? null : builtAtMs;
  }

  /** At the agent's start: pulls what is missing, and what is to be fresh. Throws DockerError `pull-failed`. */
  async prepare(pool: Pool, platform: string | null, signal: AbortSignal): Promise<void> {
    const wasHere = await this.#pullMissing(pool, platform, signal);
    if (wasHere && this.#policy(pool, platform) !== "missing") await this.#refresh(pool, platform, signal);
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
    const policy = this.#policy(pool, platform);
    if (policy === "missing") return;
    if (policy === "always") return this.#refresh(pool, platform, signal);
    const key = keyOf(pool, platform);
    const askedAtMs = this.#askedAtMs.get(key);
    if (askedAtMs !== undefined && this.#options.clock.monotonicMs() - askedAtMs < A_DAY_MS) return;
    if (this.#refreshing.has(key)) return;
    this.#refreshing.add(key);
    // Not bound to this start, which is over before the pull is. It settles by itself.
    void this.#refresh(pool, platform, unaborted())
      .catch(() => {})
      .finally(() => this.#refreshing.delete(key));
  }

  /**
   * What a pool says holds. Where it says nothing, a name that moves is asked for daily, but never for an image that came
   * from no registry: a stranger's of that name would take its place. One that GitHub may soon give no jobs is asked for
   * daily whatever is said; a name that does not move brings nothing newer.
   */
  #policy(pool: Pool, platform: string | null): PullPolicy {
    const { image, container } = pool;
    const stated = container.pull;
    if (stated === "always" || stated === "daily") return stated;
    const seen = this.#seen.get(keyOf(pool, platform));
    if (seen === undefined || seen.digests.length === 0 || !isMoving(image)) return "missing";
    return stated === null || this.#isNearDeadline(seen) ? "daily" : "missing";
  }

  /** By the builder's clock and this one: either may be off, and then the registry is asked once a day for nothing. */
  #isNearDeadline({ created }: ImageDetail): boolean {
    return this.#options.clock.now() - Date.parse(created ?? "") >= NEAR_DEADLINE_MS;
  }

  /** Whether the image was on the engine already; it is there now. Throws DockerError `pull-failed`. */
  async #pullMissing(pool: Pool, platform: string | null, signal: AbortSignal): Promise<boolean> {
    const wasHere = await this.#look(pool, platform, signal);
    if (wasHere !== null) return true;
    await this.#pull(pool, platform, signal);
    return false;
  }

  /** Throws only what is no refusal of registry or engine. */
  async #refresh(pool: Pool, platform: string | null, signal: AbortSignal): Promise<void> {
    try {
      const before = await this.#look(pool, platform, signal);
      const after = await this.#pull(pool, platform, signal);
      if (before !== null) this.#replaced.note(pool.image, before, after);
      void this.#replaced.clear(signal);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      const seen = this.#seen.get(keyOf(pool, platform));
      const isOld = seen !== undefined && this.#isNearDeadline(seen);
      this.#options.log.warn(
        isOld
          ? "image not refreshed; GitHub may soon give its runner no jobs any more"
          : "image not refreshed; the one that is here is used",
        { image: pool.image, built: seen?.created ?? null, reason: error.message, remedy: error.remedy },
      );
    }
  }

  /** What the engine has under the name then. */
  async #pull(pool: Pool, platform: string | null, signal: AbortSignal): Promise<ImageDetail | null> {
    this.#askedAtMs.set(keyOf(pool, platform), this.#options.clock.monotonicMs());
    await this.#options.pulls.pull(pool.image, platform, signal);
    return this.#look(pool, platform, signal);
  }

  /** What the engine says of the image, which is kept; null where it is not there. */
  async #look(pool: Pool, platform: string | null, signal: AbortSignal): Promise<ImageDetail | null> {
    const found = await this.#options.client.images.inspect(pool.image, signal);
    if (found !== null) this.#seen.set(keyOf(pool, platform), found);
    return found;
  }
}

function keyOf(pool: Pool, platform: string | null): string {
  return `${platform ?? ""} ${pool.image}`;
}
