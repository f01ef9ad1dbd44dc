import type { LogFields, LogLevel, Logger } from "./logger.ts";

/** Remembered subjects; the oldest goes when one more comes. */
const MAX_SUBJECTS = 1000;

/** Keeps a log from saying the same of the same thing over and over: a subject is logged only when what is said of it changes. */
export class SayOnce {
  readonly #log: Logger;
  readonly #said = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Logs unless just this was the last that was said of `subject`. */
  say(level: LogLevel, subject: string, message: string, fields: LogFields): void {
    const text = JSON.stringify([message, fields]);
    if (this.#said.get(subject) === text) return;
    this.#said.delete(subject);
    this.#said.set(subject, text);
    for (const [oldest] of this.#said) {
      if (this.#said.size <= MAX_SUBJECTS) break;
      this.#said.delete(oldest);
    }
    this.#log[level](message, fields);
  }

  /** It is well again: the next trouble of `subject` is told, even in the same words. True if there was any. */
  over(subject: string): boolean {
    return this.#said.delete(subject);
  }
}
