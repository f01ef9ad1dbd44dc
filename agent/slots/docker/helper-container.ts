import { errorFields } from "../../../shared/errors/message-of.ts";
import type { ContainerCreateRequest } from "@docker/node-sdk";
import type { Random } from "../../../shared/clock/clock.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import type { CreatedContainer } from "../../docker/container-answers.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import { unaborted } from "../../docker/unaborted.ts";
import { HANDS_OFF, INSTANCE_LABEL } from "./container-labels.ts";

/** Whose helper it is, in place of the agent's label: what carries it is never adopted as a slot. */
const HELPER_LABEL = "hookline.helper";
/** What the doctor's helpers carried up to 0.1.0. */
const FORMER_LABEL = "hookline.dry-run";
const PURPOSE_LABEL = "hookline.helper-purpose";
/** Longer than any helper is needed: an older one belongs to a process that was killed. By the engine's clock alone. */
const ABANDONED_MS = 60_000;

export type HelperPurpose = "prepare-cache" | "dry-run" | "network" | "bench";

/** For one that only has to start. Every image of a runner has a shell: the runner's own start is a script. */
export const DO_NOTHING = { Entrypoint: ["/bin/sh"], Cmd: ["-c", ":"] };

export interface HelperContainersOptions {
  readonly client: DockerClient;
  readonly instance: string;
  readonly random: Random;
  readonly log: Logger;
}

/** A container that is no slot: made for one purpose, and gone with it. */
export interface Helper {
  readonly purpose: HelperPurpose;
  /** A pool's key or a network's name; stands in the container's name. */
  readonly about: string;
  /** The body of the create call; its labels are completed here. */
  readonly body: ContainerCreateRequest;
  readonly platform: string | null;
}

/** What may be cleared away besides what is old. */
export interface Abandoned {
  /** The engine's own time, milliseconds since the epoch; null where it does not tell: then age decides nothing. */
  readonly engineNowMs: number | null;
  /** Purposes that only this process has: what carries them and is not in use here is left of one that was killed. */
  readonly purposes: readonly HelperPurpose[];
}

/** The helpers of one instance. Each is removed on every path; what a killed process leaves carries a label and is found. */
export class HelperContainers {
  readonly #options: HelperContainersOptions;
  readonly #inUse = new Set<string>();

  constructor(options: HelperContainersOptions) {
    this.#options = options;
  }

  /**
   * Creates a helper, hands its id and the engine's warnings to `work`, and removes it with its anonymous volumes, whatever `work` does. Create and
   * remove are not cut short: the engine would do them all the same, and the container would stay. Throws DockerError
   * where it cannot be created or removed, and what `work` throws.
   */
  async use<T>(helper: Helper, work: (id: string, warnings: readonly string[]) => Promise<T>): Promise<T> {
    // A dot is in no slot's name, so that this one can never be taken for a slot.
    const name = `hookline.${helper.purpose}.${helper.about}.${Math.floor(this.#options.random() * 2 ** 40).toString(36)}`;
    this.#inUse.add(name);
    try {
      const { id, warnings } = await this.#create(name, helper);
      const outcome = await settled(() => work(id, warnings));
      const removal = await settled(() => this.#remove(id));
      if ("error" in removal) this.#reportLeft(name, removal.error);
      return valueOf(outcome, removal);
    } finally {
      this.#inUse.delete(name);
    }
  }

  /** Removes the helpers of this instance that nobody uses any more. Never rejects: what stays is cleared next time. */
  async clear(abandoned: Abandoned): Promise<void> {
    const { client, instance, log } = this.#options;
    try {
      const found = await Promise.all(
        [HELPER_LABEL, FORMER_LABEL].map((label) => client.containers.list(label, instance, unaborted())),
      );
      for (const { id, name, labels, createdAtMs } of found.flat()) {
        if (!this.#isAbandoned(name, labels, createdAtMs, abandoned)) continue;
        if (await this.#remove(id)) log.info("a helper container of an earlier run was cleared away", { name });
      }
    } catch (error) {
      log.warn("helper containers of an earlier run could not be cleared away", errorFields(error));
    }
  }

  #isAbandoned(
    name: string,
    labels: Readonly<Record<string, string>>,
    createdAtMs: number | null,
    { engineNowMs, purposes }: Abandoned,
  ): boolean {
    if (this.#inUse.has(name)) return false;
    if (purposes.some((purpose) => purpose === labels[PURPOSE_LABEL])) return true;
    return engineNowMs !== null && createdAtMs !== null && engineNowMs - createdAtMs >= ABANDONED_MS;
  }

  async #create(name: string, { body, platform, purpose }: Helper): Promise<CreatedContainer> {
    const { client, instance } = this.#options;
    const { [INSTANCE_LABEL]: _ofSlots, ...others } = body.Labels ?? {};
    const Labels = { ...others, ...HANDS_OFF, [HELPER_LABEL]: instance, [PURPOSE_LABEL]: purpose };
    try {
      return await client.containers.create(name, { ...body, Labels }, platform, unaborted());
    } catch (error) {
      // The answer was lost, and nobody else has this name.
      const isUnanswered = error instanceof DockerError && error.status === null;
      if (isUnanswered) await this.#remove(name).catch((left: unknown) => this.#reportLeft(name, left));
      throw error;
    }
  }

  #remove(ref: string): Promise<boolean> {
    return this.#options.client.containers.remove(ref, { force: true }, unaborted());
  }

  #reportLeft(name: string, error: unknown): void {
    this.#options.log.warn("a helper container could not be removed; the next start of the agent clears it away", {
      name,
      ...errorFields(error),
    });
  }
}

type Settled<T> = { readonly value: T } | { readonly error: unknown };

async function settled<T>(work: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

/** What went wrong with the work goes before what went wrong with the removal. */
function valueOf<T>(work: Settled<T>, removal: Settled<boolean>): T {
  if ("error" in work) throw work.error;
  if ("error" in removal) throw removal.error;
  return work.value;
}
