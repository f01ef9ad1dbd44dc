import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";

/** What is being done to slots in the background, so that a stop can wait for it. */
export class SlotWork {
  readonly #log: Logger;
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Aborted when the work on slots ends. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Runs `work`; what it throws is logged. The promise never rejects. */
  run(slot: string, work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => {
        if (!this.signal.aborted) this.#log.warn("slot work failed", { slot, ...errorFields(error) });
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** Cuts off what can be, and resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }
}
