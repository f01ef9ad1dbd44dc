import { errorFields } from "../../../shared/errors/message-of.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import type { ReplacedRecords } from "../../journal/replaced-records.ts";
import { SayOnce } from "../../../shared/log/say-once.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { ImageDetail } from "../../docker/image-api.ts";
import { splitImageReference } from "../../docker/image-reference.ts";

/**
 * Images whose tag a pull of ours has moved to a newer one, in this process or an earlier one. Each goes once nothing uses it: never by force, never
 * one that has another name, and never one that was built or loaded here and cannot be fetched again.
 */
export class ReplacedImages {
  readonly #client: DockerClient;
  readonly #log: Logger;
  readonly #said: SayOnce;
  /** The name that each image had, by its id. */
  readonly #names = new Map<string, string>();
  #records: ReplacedRecords | null = null;
  #clearing: Promise<void> | null = null;

  constructor(client: DockerClient, log: Logger) {
    this.#client = client;
    this.#log = log;
    this.#said = new SayOnce(log);
  }

  /** Takes over what an earlier process left, and keeps there what is replaced from now on. */
  keepIn(records: ReplacedRecords): void {
    this.#records = records;
    this.#onDisk(() => {
      for (const [id, name] of records.names()) this.#names.set(id, name);
    });
  }

  /** A pull of `name` is over; what the engine had under that name before and has now. */
  note(name: string, before: ImageDetail, after: ImageDetail | null): void {
    if (after === null || before.id === after.id) return;
    this.#names.set(before.id, name);
    this.#onDisk(() => this.#records?.put(before.id, name));
    // A tag that was moved back names the image again.
    this.#forget(after.id);
  }

  #forget(id: string): void {
    if (this.#names.delete(id)) this.#onDisk(() => this.#records?.delete(id));
  }

  /** A disk that takes nothing costs a restart what it does not know, and no job anything. */
  #onDisk(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#said.say("warn", "disk", "images that a pull has replaced not journaled", errorFields(error));
    }
  }

  /** Removes what can be; the rest is tried again at the next call. Never rejects. Costs nothing where nothing is left. */
  async clear(signal: AbortSignal): Promise<void> {
    if (this.#names.size === 0) return;
    this.#clearing ??= this.#clear(signal).finally(() => (this.#clearing = null));
    return this.#clearing;
  }

  async #clear(signal: AbortSignal): Promise<void> {
    for (const [id, name] of this.#names) {
      try {
        const found = await this.#client.images.inspect(id, signal);
        const references = found === null ? [] : ownReferences(found, name);
        for (const reference of references) await this.#client.images.remove(reference, signal);
        this.#forget(id);
        if (references.length > 0) this.#log.info("image that a pull has replaced removed", { image: name, id });
      } catch (error) {
        if (signal.aborted) return;
        // Something uses it, or has been made from it: the engine refuses, and is asked again later.
        if (error instanceof DockerError && error.code === "conflict") continue;
        const remedy =
          "docker image prune removes images without a name; behind a socket proxy compare its list of paths";
        this.#said.say("warn", name, "image that a pull has replaced not removed", {
          image: name,
          ...errorFields(error),
          remedy,
        });
      }
    }
  }
}

/**
 * The digests that are all that an image is known by; none where it has a tag, was never in a registry, or another
 * repository has it too. Removed by these names an image that got another one meanwhile loses only what is ours:
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageDelete
 */
function ownReferences({ tags, digests }: ImageDetail, name: string): readonly string[] {
  const isTagged = tags.some((tag) => !tag.endsWith(":<none>"));
  const { repository } = splitImageReference(name);
  const isOthers = digests.some((digest) => !sameRepository(digest.split("@")[0] ?? "", repository));
  return isTagged || isOthers ? [] : digests;
}

/** The engine leaves out `docker.io/` and `library/`. */
function sameRepository(one: string, other: string): boolean {
  const plain = (name: string): string => name.replace(/^(?:(?:index\.|registry-1\.)?docker\.io\/)?(?:library\/)?/, "");
  return plain(one) === plain(other);
}
