import { Backoff } from "../shared/clock/backoff.ts";
import { errorFields, messageOf } from "../shared/errors/message-of.ts";
import type { Random } from "../shared/clock/clock.ts";
import type { Logger } from "../shared/log/logger.ts";
import {
  MailboxUnavailable,
  type AcceptOutcome,
  type DeliveryNote,
  type MailboxPort,
  type MatchedSecret,
} from "../shared/receiver/mailbox-port.ts";
import type { Signal } from "../shared/workflow-job/signal.ts";

/** GitHub waits ten seconds for an answer; ours has left well before. */
const DEADLINE_MS = 8000;
const ATTEMPTS = 4;
const PAUSES = { baseMs: 200, capMs: 1600 } as const;

/** The calls of the object's stub that are made from here. */
export interface MailboxStub {
  accept(signal: Signal, matched: MatchedSecret | null, key?: string): Promise<AcceptOutcome>;
  note(note: DeliveryNote): Promise<void>;
}

/** How the client lets time go by: the runtime's own way, unless a test has another. */
export interface Waiting {
  /** Resolves after `ms` milliseconds; rejects when the signal is aborted before. */
  wait(ms: number, options?: { readonly signal: AbortSignal }): Promise<void>;
  readonly random: Random;
}

const REAL: Waiting = { wait: (ms, options) => scheduler.wait(ms, options), random: Math.random };

/** The mailbox behind the Durable Object's RPC: a new stub for each attempt, since a broken one stays broken. */
export class MailboxClient implements MailboxPort {
  readonly #stub: () => MailboxStub;
  readonly #log: Logger;
  readonly #waiting: Waiting;

  constructor(stub: () => MailboxStub, log: Logger, waiting: Waiting = REAL) {
    this.#stub = stub;
    this.#log = log;
    this.#waiting = waiting;
  }

  async accept(signal: Signal, matched?: MatchedSecret, key?: string, until?: AbortSignal): Promise<AcceptOutcome> {
    const stored = this.#attempt(async (stub): Promise<AcceptOutcome> => stub.accept(signal, matched ?? null, key));
    return this.#beforeDeadline(stored, until);
  }

  async note(note: DeliveryNote): Promise<void> {
    await this.#beforeDeadline(this.#attempt((stub) => stub.note(note)));
  }

  async #attempt<T>(call: (stub: MailboxStub) => Promise<T>): Promise<T> {
    const backoff = new Backoff(PAUSES, this.#waiting.random);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call(this.#stub());
      } catch (error) {
        if (!isRetryable(error) || attempt === ATTEMPTS) throw unavailable(error);
        this.#log.warn("mailbox call failed, trying again", { attempt, ...errorFields(error) });
        await this.#waiting.wait(backoff.nextMs());
      }
    }
  }

  /** By `until`, or within eight seconds from now. */
  async #beforeDeadline<T>(work: Promise<T>, until?: AbortSignal): Promise<T> {
    const over = new AbortController();
    const late = (until === undefined ? this.#waiting.wait(DEADLINE_MS, over) : aborted(until, over.signal)).then(
      () => {
        throw new MailboxUnavailable(`no answer within ${DEADLINE_MS} ms`, 30);
      },
    );
    try {
      return await Promise.race([work, late]);
    } finally {
      late.catch(() => undefined);
      over.abort();
    }
  }
}

/** Resolves once a signal is aborted; listens no longer than until `over`. */
function aborted(until: AbortSignal, over: AbortSignal): Promise<void> {
  if (until.aborted) return Promise.resolve();
  return new Promise((resolve) => until.addEventListener("abort", () => resolve(), { once: true, signal: over }));
}

/** What the runtime says when an object was replaced under a call, flagged as retryable or not. Storing is idempotent. */
const SUPERSEDED =
  /reset because its code was updated|instance is no longer active|connection closed because the object was reset/i;

/**
 * Whether another try, on a new stub, may help: yes for what the infrastructure calls transient or an object that was
 * replaced, no for overload and for what the object itself threw.
 * https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
export function isRetryable(error: unknown): boolean {
  const flags = flagsOf(error);
  if (flags.overloaded === true) return false;
  return flags.retryable === true || (typeof flags.message === "string" && SUPERSEDED.test(flags.message));
}

function flagsOf(error: unknown): ErrorFlags {
  return typeof error === "object" && error !== null ? error : {};
}

interface ErrorFlags {
  readonly retryable?: boolean;
  readonly overloaded?: boolean;
  readonly message?: unknown;
}

/** Why the object could not do its part, as far as it said so. */
export function unavailable(error: unknown): MailboxUnavailable {
  const message = messageOf(error);
  return new MailboxUnavailable(message, flagsOf(error).overloaded === true ? 60 : 10, { cause: error });
}
