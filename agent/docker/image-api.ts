import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import { parseEngineAnswer } from "./answer.ts";
import { DockerError } from "./docker-error.ts";
import type { EngineCall, Engine } from "./engine.ts";
import { pullRemedy } from "./pull-remedy.ts";
import { splitImageReference } from "./image-reference.ts";
import { jsonLines } from "./json-lines.ts";
import { nullOn } from "./null-on.ts";

const imageSchema = z.pipe(
  z.object({
    Id: z.string(),
    Architecture: z.nullish(z.string()),
    Created: z.nullish(z.string()),
    RepoTags: z.nullish(z.array(z.string())),
    RepoDigests: z.nullish(z.array(z.string())),
    Config: z.nullish(z.object({ Labels: z.nullish(z.record(z.string(), z.string())), User: z.nullish(z.string()) })),
  }),
  z.transform((answer) => ({
    id: answer.Id,
    architecture: answer.Architecture ?? null,
    /** ISO 8601, as the image says. */
    created: answer.Created ?? null,
    /** Its names as `repository:tag`. */
    tags: answer.RepoTags ?? [],
    /** As `repository@sha256:…`; none for an image that was built or loaded here. */
    digests: answer.RepoDigests ?? [],
    labels: answer.Config?.Labels ?? {},
    /** Whom its containers run as, `user` or `user:group`, names or numbers; empty for root. */
    user: answer.Config?.User ?? "",
  })),
);

export type ImageDetail = Readonly<z.infer<typeof imageSchema>>;

const progressSchema = z.object({
  status: z.nullish(z.string()),
  id: z.nullish(z.string()),
  progressDetail: z.nullish(z.object({ current: z.nullish(z.number()), total: z.nullish(z.number()) })),
  error: z.nullish(z.string()),
  errorDetail: z.nullish(z.object({ message: z.nullish(z.string()) })),
});

/** One step of a pull; a layer's bytes where the engine knows them. */
export interface PullProgress {
  readonly status: string;
  readonly layer: string | null;
  readonly currentBytes: number | null;
  readonly totalBytes: number | null;
}

/** Unpacking a large layer on a NAS may say nothing for minutes. */
const PULL_SILENCE_MS = 15 * 60_000;
const ENDPOINT = "POST /images/create";

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image */
export class ImageApi {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Null when the image is not on the host. Throws DockerError. */
  async inspect(reference: string, signal: AbortSignal): Promise<ImageDetail | null> {
    const path = `${pathOf(reference)}/json`;
    const call: EngineCall = { endpoint: "GET /images/{name}/json", method: "GET", path, signal };
    return nullOn(this.#engine.json(call, imageSchema), "not-found");
  }

  /**
   * Takes a name away, and the image with its last one; false when there was none. Never forced: an image that a
   * container uses, or that another was made from, is a `conflict`. Throws DockerError.
   */
  async remove(reference: string, signal: AbortSignal): Promise<boolean> {
    const call: EngineCall = { endpoint: "DELETE /images/{name}", method: "DELETE", path: pathOf(reference), signal };
    return (await this.#engine.status(call, [200, 404])) === 200;
  }

  /**
   * Pulls and resolves when the image is there. Throws DockerError `pull-failed`, whichever of three ways the engine
   * chooses to say so: 500, 404, or 200 with an error inside the stream (https://github.com/moby/moby/issues/44504).
   */
  async pull(
    reference: string,
    platform: string | null,
    onProgress: (progress: PullProgress) => void,
    signal: AbortSignal,
    registryAuth: string | null = null,
  ): Promise<void> {
    const { repository, tag } = splitImageReference(reference);
    const call: EngineCall = {
      endpoint: ENDPOINT,
      method: "POST",
      path: "/images/create",
      query: { fromImage: repository, tag, platform: platform ?? undefined },
      repeatable: false,
      silenceMs: PULL_SILENCE_MS,
      signal,
      ...(registryAuth === null ? {} : { headers: { "X-Registry-Auth": registryAuth } }),
    };
    try {
      await this.#readProgress(reference, call, await this.#engine.send(call, [200]), onProgress);
    } catch (error) {
      throw isRegistryFailure(error) ? pullFailed(reference, error.message, error.status ?? 500) : error;
    }
  }

  /** The pull stops when nobody reads, so the stream is read to its end, after an error too. */
  async #readProgress(
    reference: string,
    call: EngineCall,
    response: IncomingMessage,
    onProgress: (progress: PullProgress) => void,
  ): Promise<void> {
    let failure: string | null = null;
    try {
      for await (const line of jsonLines(response, ENDPOINT)) {
        const step = parseEngineAnswer(progressSchema, line, ENDPOINT);
        failure ??= step.error ?? step.errorDetail?.message ?? null;
        if (step.status != null) onProgress(progressOf(step));
      }
    } catch (error) {
      throw await this.#engine.transport.failure(call, error);
    }
    if (failure !== null) throw pullFailed(reference, failure, 200);
  }
}

/** Proxies and old engines want the slashes of a name as they are. */
function pathOf(reference: string): string {
  return `/images/${reference.split("/").map(encodeURIComponent).join("/")}`;
}

function progressOf(step: z.infer<typeof progressSchema>): PullProgress {
  return {
    status: step.status ?? "",
    layer: step.id ?? null,
    currentBytes: step.progressDetail?.current ?? null,
    totalBytes: step.progressDetail?.total ?? null,
  };
}

function isRegistryFailure(error: unknown): error is DockerError {
  return error instanceof DockerError && (error.code === "not-found" || error.code === "server");
}

function pullFailed(reference: string, why: string, status: number): DockerError {
  return new DockerError(
    "pull-failed",
    `The image ${reference} could not be pulled: ${why}`,
    pullRemedy(reference, why),
    { status },
  );
}
