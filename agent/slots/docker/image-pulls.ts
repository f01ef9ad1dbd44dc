import type { Clock } from "../../../shared/clock/clock.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { unlessAborted } from "../../clock/unless-aborted.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import type { RegistryAuth } from "../../docker/registry-auth.ts";
import type { PullProgress } from "../../docker/image-api.ts";

const REPORT_EVERY_MS = 5_000;
/** The engine's first word is that it has the manifest; it tries each registry that it knows for a quarter of this. */
const FIRST_WORD_MS = 60_000;

interface Pull {
  readonly done: Promise<void>;
  readonly signal: AbortSignal;
}

/** Pulls each image once, however many slots wait for it. */
export class DockerImagePulls {
  readonly #client: DockerClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #running = new Map<string, Pull>();

  readonly #auth: RegistryAuth;

  constructor(client: DockerClient, clock: Clock, log: Logger, auth: RegistryAuth = () => null) {
    this.#auth = auth;
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Resolves when the image is there. Throws DockerError `pull-failed`, as for a registry that says nothing for a minute,
   * or the signal's reason.
   */
  async pull(image: string, platform: string | null, signal: AbortSignal): Promise<void> {
    const key = `${platform ?? ""} ${image}`;
    for (let other = this.#running.get(key); other !== undefined; other = this.#running.get(key)) {
      try {
        return await unlessAborted(other.done, signal);
      } catch (error) {
        // The one who pulled gave up; whoever still wants the image goes on.
        if (signal.aborted || !other.signal.aborted) throw error;
      }
    }
    const done = this.#pull(image, platform, signal).finally(() => this.#running.delete(key));
    this.#running.set(key, { done, signal });
    return done;
  }

  async #pull(image: string, platform: string | null, signal: AbortSignal): Promise<void> {
    const startedAtMs = this.#clock.monotonicMs();
    this.#log.info("pulling image", { image, platform });
    const silence = new AbortController();
    const heard = this.#clock.after(FIRST_WORD_MS, () => silence.abort(noWord(image)));
    const report = this.#reporter(image);
    const onProgress = (progress: PullProgress): void => {
      heard();
      report(progress);
    };
    const until = AbortSignal.any([signal, silence.signal]);
    try {
      await this.#client.images.pull(image, platform, onProgress, until, this.#auth(image));
    } finally {
      heard();
    }
    this.#log.info("image pulled", { image, ms: this.#clock.monotonicMs() - startedAtMs });
  }

  /** Logs how far it has come, every few seconds. */
  #reporter(image: string): (progress: PullProgress) => void {
    const layers = new Map<string, PullProgress>();
    let reportedAtMs = this.#clock.monotonicMs();
    return (progress) => {
      if (progress.layer === null) return;
      if (progress.totalBytes !== null || !layers.has(progress.layer)) layers.set(progress.layer, progress);
      if (this.#clock.monotonicMs() - reportedAtMs < REPORT_EVERY_MS) return;
      reportedAtMs = this.#clock.monotonicMs();
      const steps = [...layers.values()];
      const currentBytes = steps.reduce((sum, step) => sum + (step.currentBytes ?? 0), 0);
      const totalBytes = steps.reduce((sum, step) => sum + (step.totalBytes ?? 0), 0);
      this.#log.info("pulling image", { image, step: progress.status, layers: steps.length, currentBytes, totalBytes });
    };
  }
}

function noWord(image: string): DockerError {
  return new DockerError(
    "pull-failed",
    `The image ${image} could not be pulled: its registry has said nothing for ${FIRST_WORD_MS / 1000} s.`,
    "Look whether the registry answers on this machine: docker pull says the same. Docker pulls through its own proxy settings.",
  );
}
