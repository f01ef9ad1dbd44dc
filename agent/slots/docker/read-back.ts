import type { HostConfig } from "@docker/node-sdk";
import type { Clock } from "../../../shared/clock/clock.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { errorFields } from "../../../shared/errors/message-of.ts";
import type { CreatedContainer } from "../../docker/container-answers.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { unaborted } from "../../docker/unaborted.ts";
import { poolHash } from "../pool-hash.ts";
import { discards, droppedSettings } from "./dropped-settings.ts";
import type { HostFeatures } from "./host-features.ts";
import { inspectSoon } from "./inspect-soon.ts";

export interface ReadBackOptions {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Looks whether the engine took what a pool asked for: once for each pool and engine, behind the start of its first slot. */
export class ReadBack {
  readonly #options: ReadBackOptions;
  readonly #looked = new Set<string>();

  constructor(options: ReadBackOptions) {
    this.#options = options;
  }

  /** Never rejects; a container that is gone already is asked after with the pool's next. */
  async look(pool: Pool, asked: HostConfig, created: CreatedContainer, host: HostFeatures): Promise<void> {
    const engine = describeEngine(host);
    const key = `${pool.key} ${poolHash(pool)} ${engine}`;
    if (this.#looked.has(key)) return;
    this.#looked.add(key);
    const { client, clock, log } = this.#options;
    try {
      const kept = (await inspectSoon(client, created.id, clock, unaborted()))?.kept ?? null;
      if (kept === null) this.#looked.delete(key);
      const dropped = kept === null ? [] : droppedSettings(asked, kept);
      const said = discards(created.warnings);
      if (dropped.length === 0 && said.length === 0) return;
      log.warn("the engine dropped settings of the pool", {
        pool: pool.key,
        settings: dropped.join(", "),
        engine,
        ...(said.length === 0 ? {} : { said: said.join(" ") }),
        remedy: "jobs run without them: take them out of config/pools.yaml, or give the engine what it lacks",
      });
    } catch (error) {
      this.#looked.delete(key);
      log.debug("what the engine took of a pool's settings could not be read back", {
        pool: pool.key,
        ...errorFields(error),
      });
    }
  }
}

/** Version and system of an engine, as `/info` tells them. */
export function describeEngine({ engineVersion, operatingSystem }: HostFeatures): string {
  return `${engineVersion} on ${operatingSystem}`;
}
