import { errorFields } from "../../../shared/errors/message-of.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { readSlotLabels } from "./container-labels.ts";
import type { ContainerSpec } from "./container-spec.ts";
import { droppedBounds, hasBounds } from "./dropped-settings.ts";
import type { HostConfig } from "@docker/node-sdk";
import type { CreatedContainer } from "../../docker/container-answers.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import { unaborted } from "../../docker/unaborted.ts";
import type { DockerImagePulls } from "./image-pulls.ts";
import { slotError } from "./slot-error.ts";
import { SlotError, type SlotSpec } from "../slot-provider.ts";
import type { StartPace } from "../start-pace.ts";

export interface DockerSlotStartOptions {
  readonly client: DockerClient;
  readonly instance: string;
  readonly log: Logger;
  readonly pulls: DockerImagePulls;
  /** How many of this engine start at a time. */
  readonly pace: StartPace;
}

/** Creates and starts one container at a time, or many at once; cleans up after itself when that fails. */
export class DockerSlotStart {
  readonly #client: DockerClient;
  readonly #instance: string;
  readonly #log: Logger;
  readonly #pulls: DockerImagePulls;
  readonly #pace: StartPace;

  constructor({ client, instance, log, pulls, pace }: DockerSlotStartOptions) {
    this.#client = client;
    this.#instance = instance;
    this.#log = log;
    this.#pulls = pulls;
    this.#pace = pace;
  }

  /** Throws SlotError or DockerError, or the signal's reason; then no container of the slot is left. */
  async start(spec: SlotSpec, container: ContainerSpec, signal: AbortSignal): Promise<CreatedContainer> {
    try {
      return await this.#startOnce(spec, container, signal);
    } catch (error) {
      if (!(error instanceof DockerError) || error.code !== "image-missing") throw error;
    }
    // Nobody's turn waits for a registry.
    await this.#pulls.pull(spec.pool.image, container.platform, signal);
    return this.#startOnce(spec, container, signal);
  }

  #startOnce(spec: SlotSpec, container: ContainerSpec, signal: AbortSignal): Promise<CreatedContainer> {
    return this.#pace.run(async () => {
      const created = await this.#createOnce(spec, container, signal);
      await this.#run(created.id, spec.name, container.body.HostConfig ?? {}, signal);
      return created;
    }, signal);
  }

  /**
   * The call itself is not aborted: the engine would create the container all the same, and nobody would know its id.
   */
  async #createOnce(spec: SlotSpec, { body, platform }: ContainerSpec, signal: AbortSignal): Promise<CreatedContainer> {
    signal.throwIfAborted();
    try {
      return await this.#client.containers.create(spec.name, body, platform, unaborted());
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      if (error.code === "conflict") throw await this.#nameTaken(spec.name, error);
      if (error.code === "unreachable" || error.code === "unexpected") await this.#discardUnanswered(spec);
      throw error;
    }
  }

  async #run(id: string, name: string, asked: HostConfig, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      if (hasBounds(asked)) await this.#refuseUnbound(id, asked, signal);
      await this.#client.containers.start(id, unaborted());
      signal.throwIfAborted();
    } catch (error) {
      await this.#discard(id, name);
      throw error instanceof DockerError && error.status !== null ? slotError("start-failed", error) : error;
    }
  }

  /** A job must not run without the bounds that its pool asks for, and an engine may leave them out without a word. */
  async #refuseUnbound(id: string, asked: HostConfig, signal: AbortSignal): Promise<void> {
    const { kept } = (await this.#client.containers.inspect(id, signal)) ?? { kept: null };
    const missing = kept === null ? ["what the engine does not show"] : droppedBounds(asked, kept);
    if (missing.length === 0) return;
    throw new SlotError(
      "rejected",
      `The engine made a container without ${missing.join(", ")} of its pool, so no job runs in it.`,
      UNBOUND_REMEDY,
    );
  }

  async #nameTaken(name: string, cause: DockerError): Promise<SlotError> {
    const holder = await this.#client.containers.inspect(name, unaborted()).catch(() => null);
    const ours = holder !== null && readSlotLabels(holder.labels, this.#instance) !== null;
    const whose = ours ? "an earlier slot of this agent" : "a container that is not this agent's";
    return new SlotError(
      "name-taken",
      `The name ${name} is held by ${whose}.`,
      "Take a new name; the holder is left alone.",
      { cause },
    );
  }

  /** After a create whose answer was lost: the name and the runner's id say whether the container is that one. */
  async #discardUnanswered(spec: SlotSpec): Promise<void> {
    const found = await this.#client.containers.inspect(spec.name, unaborted()).catch(() => null);
    if (found === null) return;
    const labels = readSlotLabels(found.labels, this.#instance);
    if (labels?.runnerId === spec.runnerId && found.status === "created") await this.#discard(found.id, spec.name);
  }

  async #discard(id: string, name: string): Promise<void> {
    try {
      await this.#client.containers.remove(id, { force: true }, unaborted());
    } catch (error) {
      this.#log.warn("a container that did not start could not be removed, the next reconcile will", {
        slot: name,
        ...errorFields(error),
      });
    }
  }
}

const UNBOUND_REMEDY =
  "Take the setting out of the pool in config/pools.yaml, or use an engine that has it: Podman's Docker API knows no runtime.";
