import type { CancelTimer, Clock } from "../../shared/clock/clock.ts";

const PING_MS = 20_000;
const SILENCE_MS = 45_000;
/** The edge answers a hello and a probe in one turn; an object that has to start first takes a second or two. */
const ANSWER_MS = 20_000;
const PROBE_MS = 5 * 60_000;

export interface LivenessOptions {
  readonly clock: Clock;
  readonly ping: () => void;
  /** Asks the edge's object itself, storage included: pings are answered without it. */
  readonly probe: () => void;
  /** The connection is of no more use. */
  readonly dead: (reason: string, fields: { readonly silentMs: number }) => void;
}

/** Watches one connection from its dial to its end: asks for signs of life, and tells when they fail to come. */
export class Liveness {
  readonly #options: LivenessOptions;
  readonly #timers = new Map<string, CancelTimer>();
  #lastHeardMs: number;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#lastHeardMs = options.clock.monotonicMs();
    this.#pingLater();
    this.#probeLater();
    this.#after("silence", SILENCE_MS, () => this.#judgeSilence());
  }

  /** Any inbound byte counts as life. */
  heard(): void {
    this.#lastHeardMs = this.#options.clock.monotonicMs();
  }

  /** A question went out that only the edge's object can answer. */
  asked(what: string): void {
    this.#after(what, ANSWER_MS, () => this.#dead(`no answer to the ${what}; dialling again`));
  }

  answered(what: string): void {
    this.#timers.get(what)?.();
    this.#timers.delete(what);
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #pingLater(): void {
    this.#after("ping", PING_MS, () => {
      this.#pingLater();
      this.#options.ping();
    });
  }

  #probeLater(): void {
    this.#after("next probe", PROBE_MS, () => {
      this.#probeLater();
      this.#options.probe();
    });
  }

  #judgeSilence(): void {
    const leftMs = this.#lastHeardMs + SILENCE_MS - this.#options.clock.monotonicMs();
    if (leftMs <= 0) return this.#dead("nothing heard from the edge; dialling again");
    this.#after("silence", leftMs, () => this.#judgeSilence());
  }

  #dead(reason: string): void {
    this.#options.dead(reason, { silentMs: this.#options.clock.monotonicMs() - this.#lastHeardMs });
  }

  #after(name: string, delayMs: number, fire: () => void): void {
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#options.clock.after(delayMs, fire));
  }
}
