import { messageOf } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SweepResult } from "./sweep-result.ts";

/** Failures told in one record; the rest is counted. */
const TOLD = 3;

/** Writes a record when what fails changes or ends, and none for a fault that stays the same. */
export class SweepJournal {
  readonly #log: Logger;
  #last = "";
  #since = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  swept(result: SweepResult): void {
    if (result.failures.length === 0) return this.#recovered();
    const key = result.failures
      .map(({ what, code }) => `${what} ${code}`)
      .toSorted()
      .join("\n");
    if (!this.#isNew(key)) return;
    this.#log.warn("sweep incomplete", {
      failures: result.failures
        .slice(0, TOLD)
        .map(({ what, code, message, remedy }) => ({ what, code, message, remedy })),
      more: Math.max(0, result.failures.length - TOLD),
    });
  }

  /** For errors that no sweep should throw. */
  failed(error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${messageOf(error)}` : String(error);
    if (this.#isNew(message)) this.#log.error("sweep failed", { message });
  }

  #recovered(): void {
    if (this.#last !== "") this.#log.info("sweeps are complete again", { incompleteSweeps: this.#since });
    this.#last = "";
    this.#since = 0;
  }

  #isNew(key: string): boolean {
    this.#since++;
    const isNew = key !== this.#last;
    this.#last = key;
    return isNew;
  }
}
