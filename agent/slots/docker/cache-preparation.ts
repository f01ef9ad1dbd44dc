import { messageOf } from "../../../shared/errors/message-of.ts";
import type { ContainerCreateRequest } from "@docker/node-sdk";
import type { Clock } from "../../../shared/clock/clock.ts";
import { isRootUser } from "../../../shared/fleet/hardening.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { soon } from "../../clock/soon.ts";
import { unlessAborted } from "../../clock/unless-aborted.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { ImageDetail } from "../../docker/image-api.ts";
import { cacheMounts, usernsOf, type CacheMount } from "./container-options.ts";
import { platformOf } from "./container-spec.ts";
import type { HostFeatures } from "./host-features.ts";
import type { HelperContainers } from "./helper-container.ts";
import { LOOK_MS } from "./inspect-soon.ts";
import type { DockerImagePulls } from "./image-pulls.ts";

/** How long a helper may take; a slow disk needs a second. */
const LIMIT_MS = 30_000;
/** After a failure the jobs of the pool do without for so long, rather than wait for the next one each. */
const RETRY_MS = 10 * 60_000;

/**
 * Gives each folder that is root's to the user; what belongs to somebody else was set up on purpose. In the host's user
 * namespace of an engine with userns-remap an image's root is another user than 0: whoever has `/`.
 */
const SCRIPT = `owner=$1
shift
root=$(stat -c %u /) || exit 1
for folder; do
  holder=$(stat -c %u "$folder") || exit 1
  [ "$holder" != 0 ] && [ "$holder" != "$root" ] || chown "$owner" "$folder" || exit 1
done`;

export interface CachePreparationOptions {
  readonly client: DockerClient;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pulls: DockerImagePulls;
  readonly helpers: HelperContainers;
}

/**
 * Makes a pool's caches writable for its jobs. A new volume takes the owner of the image's folder and is root's where the
 * image has none (https://docs.docker.com/engine/storage/volumes/), so a helper of the pool's own image, which needs
 * no network, gives it to the user of the image.
 */
export class CachePreparation {
  readonly #options: CachePreparationOptions;
  readonly #running = new Map<string, Promise<void>>();
  /** When a pool's caches are looked at next; Infinity once they are prepared. */
  readonly #nextAtMs = new Map<string, number>();

  constructor(options: CachePreparationOptions) {
    this.#options = options;
  }

  /** Once for each pool, however many slots wait for it. Never rejects: a job without its cache is better than none. */
  async prepare(pool: Pool, host: HostFeatures, signal: AbortSignal): Promise<void> {
    const { key, container } = pool;
    const { clock } = this.#options;
    if (this.#nextAtMs.get(key) === Number.POSITIVE_INFINITY && !(await this.#areHere(pool, host, signal))) {
      this.#nextAtMs.delete(key);
    }
    while (
      container.caches.length > 0 &&
      !signal.aborted &&
      clock.monotonicMs() >= (this.#nextAtMs.get(key) ?? Number.NEGATIVE_INFINITY)
    ) {
      const running = this.#running.get(key);
      // Who began it waits for its end, so that no helper outlives the process.
      if (running === undefined) await this.#begin(pool, host, signal);
      else await unlessAborted(running, signal).catch(() => undefined);
    }
  }

  /** A volume that was removed since, by `hookline caches prune` or by hand, is root's when it is made anew. */
  async #areHere(pool: Pool, host: HostFeatures, signal: AbortSignal): Promise<boolean> {
    const { client, instance, clock } = this.#options;
    const isHere = ({ Source }: CacheMount): Promise<boolean> => {
      const look = (until: AbortSignal): Promise<boolean> => client.volumes.exists(Source, until);
      // Where the engine cannot be asked, or the volume's plugin hangs, what was prepared is taken to be so still.
      return soon(look, LOOK_MS, clock, signal).catch(() => true);
    };
    return (await Promise.all(cacheMounts(pool, instance, host).map(isHere))).every(Boolean);
  }

  #begin(pool: Pool, host: HostFeatures, signal: AbortSignal): Promise<void> {
    const done = this.#attempt(pool, host, signal).finally(() => this.#running.delete(pool.key));
    this.#running.set(pool.key, done);
    return done;
  }

  /** One that is given up says nothing: whoever still waits begins anew. */
  async #attempt(pool: Pool, host: HostFeatures, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    try {
      await soon((until) => this.#give(pool, host, until), LIMIT_MS, clock, signal);
      this.#nextAtMs.set(pool.key, Number.POSITIVE_INFINITY);
    } catch (error) {
      if (signal.aborted) return;
      this.#nextAtMs.set(pool.key, clock.monotonicMs() + RETRY_MS);
      const reason = messageOf(error);
      log.warn("caches not prepared; jobs may not be able to write them", {
        pool: pool.key,
        reason,
        remedy: error instanceof DockerError ? error.remedy : remedyOf(pool),
      });
    }
  }

  async #give(pool: Pool, host: HostFeatures, signal: AbortSignal): Promise<void> {
    const { client, helpers, instance } = this.#options;
    const platform = platformOf(pool, host);
    const image = await this.#image(pool, platform, signal);
    const user = pool.container.user ?? image.user;
    if (isRootUser(user) || isUnsaid(user)) return;
    const helper = {
      purpose: "prepare-cache",
      about: pool.key,
      body: bodyOf(pool, user, instance, host),
      platform,
    } as const;
    await helpers.use(helper, async (id) => {
      await client.containers.start(id, signal);
      const exitCode = await client.containers.wait(id, signal);
      if (exitCode === 0) return;
      const said = ((await client.containers.logs(id, 3, signal)) ?? "").trim();
      throw new Error(`the command that gives them to ${user} ended with ${exitCode}: ${said}`);
    });
  }

  /** Pulled here where it is missing, as the slot's own start would do next. */
  async #image({ image }: Pool, platform: string | null, signal: AbortSignal): Promise<ImageDetail> {
    const { client, pulls } = this.#options;
    const found = await client.images.inspect(image, signal);
    if (found !== null) return found;
    await pulls.pull(image, platform, signal);
    const pulled = await client.images.inspect(image, signal);
    if (pulled === null) throw new Error(`the image ${image} went away`);
    return pulled;
  }
}

function bodyOf(pool: Pool, user: string, instance: string, host: HostFeatures): ContainerCreateRequest {
  const mounts = cacheMounts(pool, instance, host);
  return {
    Image: pool.image,
    User: "0",
    Entrypoint: ["/bin/sh"],
    Cmd: ["-c", SCRIPT, "sh", user, ...mounts.map(({ Target }) => Target)],
    HostConfig: {
      Mounts: [...mounts],
      NetworkMode: "none",
      RestartPolicy: { Name: "no" },
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      CapAdd: ["CHOWN"],
      SecurityOpt: ["no-new-privileges"],
      // The owner that the job's container sees.
      ...usernsOf(pool, host),
    },
  };
}

/** An image that names no user has root, whatever group it names. */
function isUnsaid(user: string): boolean {
  return user === "" || user.startsWith(":");
}

function remedyOf({ container }: Pool): string {
  const folders = container.caches.map(({ path }) => path).join(" ");
  return `Make the folders in an image of your own, for the user of its jobs: RUN mkdir -p ${folders} && chown runner ${folders}`;
}
