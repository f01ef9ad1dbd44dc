import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import { engineTimeMs } from "../../docker/engine-time.ts";
import type { EngineInfo } from "../../docker/system-api.ts";
import { hostFeatures, type HostFeatures } from "../../slots/docker/host-features.ts";
import type { ImageDetail } from "../../docker/image-api.ts";
import { Skipped } from "../check/check.ts";
import type { Readings } from "../check/readings.ts";

/** What the checks know of the engine, each thing asked for once. All throw DockerError. */
export class DockerFacts {
  readonly client: DockerClient;
  readonly #readings: Readings;

  constructor(client: DockerClient, readings: Readings) {
    this.client = client;
    this.#readings = readings;
  }

  /** The API version that both sides speak. */
  api(): Promise<string> {
    return this.#readings.get("api", (signal) => this.client.system.negotiate(signal));
  }

  async host(): Promise<HostFeatures> {
    return hostFeatures(await this.#info());
  }

  /** By the engine's own clock, milliseconds since the epoch; null where it does not tell. */
  async engineNowMs(): Promise<number | null> {
    return engineTimeMs((await this.#info()).SystemTime);
  }

  #info(): Promise<EngineInfo> {
    return this.#readings.get("info", async (signal) => {
      await this.api();
      return this.client.system.info(signal);
    });
  }

  /** Null when it is not on the host. */
  image(reference: string): Promise<ImageDetail | null> {
    return this.#readings.get(`image ${reference}`, async (signal) => {
      await this.api();
      return this.client.images.inspect(reference, signal);
    });
  }
}

/** What a check does with a reading that failed: docker-engine or docker-access tells why. */
export async function orDockerSkipped<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    const toldBy = isRefused(error) ? "docker-access" : "docker-engine";
    throw new Skipped("the engine could not be asked", toldBy);
  }
}

/** @throws {Skipped} where the image is not on the host, or that cannot be asked: another check tells it. */
export async function requireImage(facts: DockerFacts, reference: string): Promise<void> {
  if ((await orDockerSkipped(facts.image(reference))) !== null) return;
  throw new Skipped(`image ${reference} is not here`, `docker-image:${reference}`);
}

/** Whether a proxy before the engine refused the call, as its allow-list has it. */
export function isRefused(error: unknown): boolean {
  return error instanceof DockerError && error.code === "permission" && error.status !== null;
}
